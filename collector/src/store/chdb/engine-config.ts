/**
 * The configuration that the engine reads when it opens: how much memory it may take, and who may do what.
 *
 * The embedded engine always logs in as the user "default" (chdb-core, programs/local/ChdbClient.cpp). So the rights hang
 * on two roles that this user has: a connection begins with both, and one that reads for a user keeps only the reader's.
 */

export interface EngineCaps {
  /** For everything the engine does together. */
  readonly memoryBytes: number;
}

/** May read the tables of a database and nothing else. */
export const READER_ROLE = 'reader';

const OWNER_ROLE = 'owner';

/**
 * Shares of the memory that caches may take. The engine's own defaults are shares of a server's memory, many times what
 * we allow it altogether; caches of kinds that we do not use get next to nothing.
 */
const CACHE_SHARES: Readonly<Record<string, number>> = {
  mark_cache_size: 1 / 16,
  primary_index_cache_size: 1 / 16,
  index_mark_cache_size: 1 / 32,
  text_index_tokens_cache_size: 1 / 64,
  text_index_header_cache_size: 1 / 64,
  text_index_postings_cache_size: 1 / 64,
  query_condition_cache_size: 1 / 64,
  compiled_expression_cache_size: 1 / 64,
  parquet_metadata_cache_size: 1 / 1024,
  iceberg_metadata_files_cache_size: 1 / 1024,
  vector_similarity_index_cache_size: 1 / 1024,
};

/** @param path of the file that will hold the text, absolute: the engine reads it a second time for the users */
export function engineConfig(caps: EngineCaps, database: string, path: string): string {
  const caches = Object.entries(CACHE_SHARES).map(
    ([name, share]) => `  <${name}>${Math.floor(caps.memoryBytes * share)}</${name}>`,
  );
  return `<clickhouse>
  <max_server_memory_usage>${caps.memoryBytes}</max_server_memory_usage>
${caches.join('\n')}
  <users_config>${escapeXml(path)}</users_config>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <roles>
    <${OWNER_ROLE}><grants><query>GRANT ALL ON *.* WITH GRANT OPTION</query></grants></${OWNER_ROLE}>
    <${READER_ROLE}><grants><query>GRANT SELECT ON ${database}.*</query></grants></${READER_ROLE}>
  </roles>
  <users>
    <default>
      <no_password/>
      <profile>default</profile>
      <grants><query>GRANT ${OWNER_ROLE}</query><query>GRANT ${READER_ROLE}</query></grants>
    </default>
  </users>
</clickhouse>
`;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
