/** The cgroup v2 hierarchy of one node: paths and their ids (inode numbers of cgroupfs). */

const ROOT_ID = 1n;

export class Cgroups {
  readonly #ids = new Map<string, bigint>([['/', ROOT_ID]]);
  #next = 2n;

  /** @param path absolute; made with its parents when missing. @returns its id */
  id(path: string): bigint {
    const parts = path.split('/').filter((part) => part !== '');
    let id = ROOT_ID;
    let prefix = '';
    for (const part of parts) {
      prefix += `/${part}`;
      id = this.#ids.get(prefix) ?? this.#next++;
      this.#ids.set(prefix, id);
    }
    return id;
  }
}
