export * from './flags.ts';
export * from './load.ts';
export * from './names.ts';
export * from './schema.ts';
