#!/usr/bin/env node
'use strict';
const path = require('node:path');
const launch = require('@sonde/cli/launch');

launch('sonde-agent', path.join(__dirname, '..', 'src', 'main.ts'));
