/** Every engine that must pass the cases; an engine joins by its line here. */
import type { Engine } from '../interp/engine.ts';
import { interpreter } from '../interp/interpreter.ts';
import { plainEngine } from '../interp/plain.ts';

export const ENGINES: readonly Engine[] = [plainEngine, interpreter];
