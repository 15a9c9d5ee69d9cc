/** What the command lines of agent and collector share. */
export * from './columns.ts';
export * from './end-soon.ts';
export * from './exit-code.ts';
export * from './interruption.ts';
export * from './standard-streams.ts';
export * from './style.ts';
export * from './terminal.ts';
