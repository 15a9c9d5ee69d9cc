import manifest from '../package.json' with { type: 'json' };

/** Of this workspace's package. */
export const VERSION: string = manifest.version;
