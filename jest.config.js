// Set here, not in a test: a test's `process.env` does not reach the native library.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // What a finished suite leaves to the garbage collector may still look at its globals: no reason to warn.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  maxWorkers: 2,
  testTimeout: 600_000, // for what hangs only: machines may be busy
  workerIdleMemoryLimit: '200MB',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.deep\\.test\\.ts$'], // `npm run test:deep`
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.cache'],
  moduleNameMapper: {
    '^#host$': '<rootDir>/src/host/node',
    '^(\\.{1,2}/saving/files)\\.js$': '$1',
    '^keras-ts$': '<rootDir>/src',
    '^keras-ts/(.*)$': '<rootDir>/src/$1',
  },
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.jest.json' }] },
  reporters: ['default', '<rootDir>/scripts/jest-reporter.js'],
};
