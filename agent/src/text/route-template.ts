/**
 * From raw URL paths to route templates of few distinct values: "/cart/42?x=1" -> "/cart/{id}". Nobody tells us the routes
 * that a service declared, so a segment is judged by its look alone. What looks like a word stays, also where it is a
 * person's name: the cap of `Routes` bounds how many of those there can be.
 */

/** Stands for a segment that looks like an id. */
const ID = '{id}';
/** Stands for any path, or for the rest of one. */
const ANY = '*';
export const ANY_ROUTE = `/${ANY}`;

const MAX_SEGMENTS = 8;
/** A longer segment is no word. With MAX_SEGMENTS it bounds the length of a template. */
const MAX_SEGMENT_CHARACTERS = 40;
/** In a longer one no file extension is looked for. */
const MAX_FILE_CHARACTERS = 255;

/** v1, v1.2, v2beta1. */
const VERSION = /^v\d{1,3}(?:\.\d{1,3}){0,2}(?:(?:alpha|beta|rc)\d{0,2})?$/i;
/** Letters, digits and what joins words; everything else (percent-encoding, "@", "=", ...) makes a value of a segment. */
const NAME = /^[A-Za-z0-9._:$-]+$/;
const WORD_JOINTS = /[._:$-]/;
const HEX_DIGITS = /^[0-9a-f]{8,}$/i;

/** Files that are part of a site; others may be a user's, and their names are judged as any segment. */
const EXTENSIONS =
  'asp|aspx|atom|avif|bmp|cgi|css|do|eot|gif|htm|html|ico|jpeg|jpg|js|json|jsp|jsx|map|mjs|mp3|mp4|otf|php|png|rss|svg|tif|ts|tsx|ttf|txt|wasm|webm|webmanifest|webp|woff|woff2|xhtml|xml|yaml|yml';
const FILE = new RegExp(`^(?<stem>.+)\\.(?<extension>${EXTENSIONS})$`, 'i');

/** Words with digits in them that mean the same to everybody. */
const WORDS_WITH_DIGITS = new Set([
  ...['2fa', '3d', 'a11y', 'auth0', 'b2b', 'b2c', 'base64', 'd3', 'ec2', 'h2', 'h264', 'http2', 'http3'],
  ...[
    'i18n',
    'ipv4',
    'ipv6',
    'k8s',
    'l10n',
    'log4j',
    'md5',
    'mp3',
    'mp4',
    'oauth1',
    'oauth2',
    'p2p',
    's3',
    'saml2',
  ],
  ...['sha1', 'sha256', 'sha512', 'utf8', 'web3'],
]);

/**
 * The template of a raw path. A template is its own template.
 *
 * @param path of a request target; what follows "?" or "#" is not looked at
 * @returns "" for what is no path: the target of CONNECT, garbage; "*" for the target of OPTIONS that means the server
 */
export function routeOf(path: string): string {
  if (path === ANY) return ANY;
  if (!path.startsWith('/')) return '';
  const end = path.search(/[?#]/);
  // Two more than are kept: the empty one before the first slash, and one that tells there are more.
  const segments = (end < 0 ? path : path.slice(0, end)).split('/', MAX_SEGMENTS + 2).slice(1);
  const kept = segments.slice(0, MAX_SEGMENTS).map(segmentTemplate);
  if (segments.length > MAX_SEGMENTS) kept.push(ANY);
  return `/${kept.join('/')}`;
}

function segmentTemplate(segment: string): string {
  if (segment === ANY) return ANY;
  // Parameters of a segment ("cart;jsessionid=0A1B") are values.
  const semicolon = segment.indexOf(';');
  const name = semicolon < 0 ? segment : segment.slice(0, semicolon);
  if (name === '' || name === ID || isPlain(name)) return name;
  const file = name.length > MAX_FILE_CHARACTERS ? null : FILE.exec(name);
  return file === null ? ID : `${ID}.${file.groups!.extension!.toLowerCase()}`;
}

/** Whether a segment is made of words and versions, so that it is the same for many requests. */
function isPlain(name: string): boolean {
  if (name.length > MAX_SEGMENT_CHARACTERS || !NAME.test(name)) return false;
  if (VERSION.test(name) || name.split(WORD_JOINTS).every(isWord)) return true;
  const file = FILE.exec(name);
  return file !== null && file.groups!.stem!.split(WORD_JOINTS).every(isWord);
}

function isWord(part: string): boolean {
  if (WORDS_WITH_DIGITS.has(part.toLowerCase()) || VERSION.test(part)) return true;
  return !/\d/.test(part) && !HEX_DIGITS.test(part) && !isRandomCase(part);
}

/** camelCase has one capital in three letters at most; random letters of both cases have one in two. */
function isRandomCase(letters: string): boolean {
  if (letters.length < 12) return false;
  const nCapitals = letters.replace(/[^A-Z]/g, '').length;
  return nCapitals < letters.length && nCapitals > letters.length / 3;
}

/** Distinct services whose routes are remembered; the one that was seen first is forgotten first. */
const MAX_SERVICES = 1_000;

/** Templates with a bound on how many distinct ones there are of a service, for paths whose ids look like words. */
export class Routes {
  /** Paths since the start that became ANY_ROUTE because their service had its share of routes. */
  folded = 0;
  readonly #maxRoutes: number;
  readonly #byService = new Map<string, Set<string>>();

  /** @param options.maxRoutes distinct pairs of method and template a service; the first ones stay for good */
  constructor(options: { readonly maxRoutes: number }) {
    this.#maxRoutes = options.maxRoutes;
  }

  /** As routeOf(), or ANY_ROUTE for a template beyond the service's bound. */
  of(service: string, method: string, path: string): string {
    const route = routeOf(path);
    if (route === '') return route;
    const known = this.#routesOf(service);
    const key = `${method} ${route}`;
    if (known.has(key)) return route;
    if (known.size >= this.#maxRoutes) {
      this.folded++;
      return ANY_ROUTE;
    }
    known.add(key);
    return route;
  }

  #routesOf(service: string): Set<string> {
    let routes = this.#byService.get(service);
    if (routes === undefined) {
      if (this.#byService.size >= MAX_SERVICES) {
        const [oldest] = this.#byService.keys();
        this.#byService.delete(oldest!);
      }
      routes = new Set();
      this.#byService.set(service, routes);
    }
    return routes;
  }
}
