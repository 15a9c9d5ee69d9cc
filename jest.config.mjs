const project = (name) => ({
  displayName: name,
  rootDir: name,
  testMatch: ['<rootDir>/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/../tasks/strip-types.cjs' },
});

export default {
  projects: ['agent', 'tasks'].map(project),
  maxWorkers: 2,
  // A guard against hangs only: machines that run this may be busy.
  testTimeout: 120_000,
};
