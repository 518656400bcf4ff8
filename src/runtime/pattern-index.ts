const ONE_LEVEL = "*";
const ALL_THE_REST = ">";

interface Node<Item> {
  readonly children: Map<string, Node<Item>>;
  readonly items: Set<Item>;
}

const createNode = <Item>(): Node<Item> => ({ children: new Map(), items: new Set() });

/**
 * Items by topics and patterns, so that those which take from a topic are found without looking at all: a tree with a node
 * for each level of a name. Names and patterns must be legal.
 */
export class PatternIndex<Item> {
  readonly #root = createNode<Item>();

  add(source: string, item: Item): void {
    let node = this.#root;
    for (const level of source.split(".")) {
      let child = node.children.get(level);
      if (!child) {
        child = createNode();
        node.children.set(level, child);
      }
      node = child;
    }
    node.items.add(item);
  }

  delete(source: string, item: Item): void {
    const levels = source.split(".");
    const path = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)?.children.get(level);
      if (!child) return;
      path.push(child);
    }
    path.at(-1)?.items.delete(item);
    // Nothing stays of names that are gone.
    for (let depth = levels.length; depth > 0; depth -= 1) {
      const node = path[depth];
      if (!node || node.items.size > 0 || node.children.size > 0) return;
      path[depth - 1]?.children.delete(levels[depth - 1] ?? "");
    }
  }

  /** The items whose topic or pattern takes in this topic. */
  matching(topic: string): Item[] {
    const levels = topic.split(".");
    const found: Item[] = [];
    const visit = (node: Node<Item>, depth: number): void => {
      const level = levels[depth];
      if (level === undefined) {
        for (const item of node.items) found.push(item);
        return;
      }
      const exact = node.children.get(level);
      if (exact) visit(exact, depth + 1);
      // Wildcards at the front leave out reserved topics.
      if (depth === 0 && level.startsWith("$")) return;
      for (const item of node.children.get(ALL_THE_REST)?.items ?? []) found.push(item);
      const any = node.children.get(ONE_LEVEL);
      if (any) visit(any, depth + 1);
    };
    visit(this.#root, 0);
    return found;
  }
}
