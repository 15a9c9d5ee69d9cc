// Jest transformer: removes type annotations the way Node does, so tests run the very text that production runs.
const { createHash } = require('node:crypto');
const { stripTypeScriptTypes } = require('node:module');

module.exports = {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
  getCacheKey: (source, file) =>
    createHash('sha1').update(source).update(file).update(process.version).digest('hex'),
};
