/** What requests an endpoint answers. In its path a segment `{name}` matches any one segment, every other segment itself. */

const CAPTURE = /^\{([A-Za-z][A-Za-z0-9_]*)\}$/;

const segments = (path: string): string[] => path.split('/');

/** Names of a pattern's captures, in order. */
export const captureNames = (pattern: string): string[] =>
  segments(pattern).flatMap((segment) => CAPTURE.exec(segment)?.slice(1, 2) ?? []);

/** Captured segments by name, or null if the path (without its query) is not of the pattern. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = segments(pattern);
  const given = segments(path);
  if (wanted.length !== given.length) return null;
  const captured: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const name = CAPTURE.exec(segment)?.[1];
    if (name !== undefined) captured[name] = given[index]!;
    else if (segment !== given[index]) return null;
  }
  return captured;
}

/** Whether a request path with placeholders, which may become anything, can be of the pattern. */
export function mayMatch(template: string, pattern: string): boolean {
  const given = segments(withoutQuery(template));
  const wanted = segments(pattern);
  return (
    given.length === wanted.length &&
    wanted.every(
      (segment, index) => CAPTURE.test(segment) || given[index]!.includes('{') || segment === given[index],
    )
  );
}

/** Whether an endpoint's method answers a request's: HEAD is answered as GET is, without the body. */
export const answers = (offered: string, asked: string): boolean =>
  offered === asked || (offered === 'GET' && asked === 'HEAD');

export const withoutQuery = (target: string): string => target.split('?', 1)[0]!;
