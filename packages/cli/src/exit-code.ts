/** Exit codes of every command (docs/adr/0010). */
export const ExitCode = { OK: 0, FAILED: 1, USAGE: 2, UNREADABLE: 3, INTERRUPTED: 130 } as const;
