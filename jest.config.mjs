const project = ([name, folder]) => ({
  displayName: name,
  rootDir: folder,
  testMatch: ['<rootDir>/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': `${import.meta.dirname}/tasks/strip-types.cjs` },
});

export default {
  projects: Object.entries({
    agent: 'agent',
    collector: 'collector',
    e2e: 'e2e',
    packages: 'packages',
    proto: 'proto',
    tasks: 'tasks',
  }).map(project),
  maxWorkers: 2,
  // A guard against hangs only: machines that run this may be busy.
  testTimeout: 120_000,
};
