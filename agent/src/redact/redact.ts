/**
 * The last room before anything leaves the node: it applies the redaction classes (docs/adr/0008). What is withheld here
 * no later stage can send.
 */
import {
  ATTRIBUTES,
  type AttributeName,
  type Attributes,
  type AttributeValue,
  type RedactionClass,
} from '../model/attributes.ts';
import type { LogLine } from '../model/log-line.ts';
import type { Span } from '../model/span.ts';
import { Routes } from '../text/route-template.ts';
import { KeyBlocks } from './key-blocks.ts';
import { PATTERN_NAMES, type PatternName, replacementOf } from './patterns.ts';
import { scan } from './scan.ts';

export interface RedactorOptions {
  /** Attributes of class content that leave all the same, as they are. */
  readonly allow?: readonly AttributeName[];
  /** Distinct routes a service; see Routes. */
  readonly maxRoutes?: number;
  readonly classOf?: (name: AttributeName) => RedactionClass;
}

const DEFAULT_MAX_ROUTES = 500;

export class Redactor {
  /** Replacements since the start, by pattern. */
  readonly counts: Readonly<Record<PatternName, number>>;
  readonly #count: (name: PatternName) => void;
  readonly #allowed: ReadonlySet<AttributeName>;
  readonly #classOf: (name: AttributeName) => RedactionClass;
  readonly #routes: Routes;
  readonly #keyBlocks = new KeyBlocks();

  constructor(options: RedactorOptions = {}) {
    const counts = Object.fromEntries(PATTERN_NAMES.map((name) => [name, 0])) as Record<PatternName, number>;
    this.counts = counts;
    this.#count = (name) => {
      counts[name]++;
    };
    this.#allowed = new Set(options.allow);
    this.#classOf = options.classOf ?? ((name) => ATTRIBUTES[name]);
    this.#routes = new Routes({ maxRoutes: options.maxRoutes ?? DEFAULT_MAX_ROUTES });
  }

  /** Paths since the start that became "/*" because their service had its share of routes. */
  get foldedRoutes(): number {
    return this.#routes.folded;
  }

  /**
   * The span as it may leave. A raw path leaves as a template made of its look: OpenTelemetry's `http.route` of a server,
   * `url.template` of a client. With it the span's name becomes "{method} {template}" (semantic conventions for HTTP spans,
   * "Name"). The convention means routes that a framework declared; nobody declares any to us, and without a template all
   * requests of a service would be one operation.
   *
   * @param service whose span it is: the number of distinct templates is bounded by service
   */
  span(span: Span, service: string): Span {
    const attributes = this.#attributes(span.attributes);
    const path = span.attributes['url.path'];
    const route = typeof path === 'string' ? this.#routes.of(service, span.name, path) : '';
    if (route === '') return { ...span, attributes };
    attributes[span.kind === 'server' ? 'http.route' : 'url.template'] = route;
    return { ...span, name: `${span.name} ${route}`, attributes };
  }

  /** The line as it may leave. Lines of one writer in the order in which they were written. */
  line(line: LogLine): LogLine {
    if (this.#keyBlocks.take(line)) {
      this.#count('private-key');
      return { ...line, body: replacementOf('private-key') };
    }
    return { ...line, body: scan(line.body, this.#count) };
  }

  #attributes(attributes: Attributes): Attributes {
    const leaving: Attributes = {};
    for (const [key, value] of Object.entries(attributes)) {
      const name = key as AttributeName;
      const redactionClass = this.#classOf(name);
      if (redactionClass === 'identity' || (redactionClass === 'content' && this.#allowed.has(name)))
        leaving[name] = value;
      else if (redactionClass === 'pattern') leaving[name] = this.#scanned(value);
    }
    return leaving;
  }

  #scanned(value: AttributeValue): AttributeValue {
    if (typeof value === 'string') return scan(value, this.#count);
    if (typeof value === 'object') return value.map((text) => scan(text, this.#count));
    return value;
  }
}
