/** What the command lines of agent and collector share. */
export * from './columns.ts';
export * from './exit-code.ts';
export * from './style.ts';
export * from './terminal.ts';
