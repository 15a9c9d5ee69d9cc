/** The name nearest to what somebody wrote, if one is near enough to be meant: for "did you mean". */
export function nearest(written: string, known: Iterable<string>): string | null {
  // A third of the letters wrong is a slip; more is another word.
  let least = Math.floor(Math.max(written.length, 3) / 3) + 0.5;
  let found: string | null = null;
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      found = name;
    }
  }
  return found;
}

/** Longer words are not worth the table. */
const MAX_LETTERS = 64;

/** Letters to insert, delete, replace, or swap with the next one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (a.length > MAX_LETTERS || b.length > MAX_LETTERS) return a === b ? 0 : MAX_LETTERS;
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let line = 1; line <= a.length; line++) {
    const above = rows[line - 1]!;
    const row = [line];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[line - 1] === b[column - 1] ? 0 : 1);
      const isSwap = line > 1 && column > 1 && a[line - 1] === b[column - 2] && a[line - 2] === b[column - 1];
      const swapped = isSwap ? rows[line - 2]![column - 2]! + 1 : replaced;
      row.push(Math.min(replaced, swapped, above[column]! + 1, row[column - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
