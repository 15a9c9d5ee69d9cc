// Starts a command on a Node that can run TypeScript: the running one where it is new enough, else the Node 24 that npm
// installed as a package. Plain CommonJS, so that any Node can read it.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { constants } = require('node:os');
const path = require('node:path');

const NEEDED = [22, 19];

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

function bundledNode() {
  try {
    const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`);
    const binary = path.join(path.dirname(manifest), 'bin', 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null; // The package is optional: it does not exist for every platform.
  }
}

/** @param {string} command its name in messages  @param {string} main its TypeScript file */
module.exports = function launch(command, main) {
  const node = isNewEnough(process.versions.node) ? process.execPath : bundledNode();
  if (node === null) {
    process.stderr.write(
      `${command}: needs Node ${NEEDED.join('.')} or newer, running ${process.versions.node}; run npm ci to install one\n`,
    );
    process.exit(2);
  }

  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${command}: cannot start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
};
