// Groups of things that share a key, directly or through others (union-find).

/** Joins keys; keys that were ever joined, even through others, have the same representative. */
export class KeyGroups {
  private readonly parents = new Map<string, string>();

  /** Makes all given keys one group. */
  join(keys: readonly string[]): void {
    const roots = keys.map((key) => this.representative(key)).sort();
    for (const root of roots) this.parents.set(root, roots[0]);
  }

  /** The smallest key of the group, in the order of code units: the same whatever the order of the joins. */
  representative(key: string): string {
    const way: string[] = [];
    let root = key;
    for (;;) {
      const parent = this.parents.get(root);
      if (parent === undefined || parent === root) break;
      way.push(root);
      root = parent;
    }
    for (const passed of way) this.parents.set(passed, root); // a shorter way for the next question
    return root;
  }
}
