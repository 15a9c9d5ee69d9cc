/** Text that is put into SQL. Whatever stands in it, the engine reads it back as the same value and nothing else. */

/** A string literal. */
export const quoteString = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A name, as of a table. */
export const quoteName = (name: string): string =>
  `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
