// Ends a run of jest with one plain line, `N passed, N failed`; a test file that cannot be run counts as a failed test.
module.exports = class Tally {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    process.stdout.write(`${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed\n`);
  }
};
