'use strict';
// The packages of package-lock.json, the project's own Node among them: installed once, and after each update of that file.
// It is written for any Node that can run npm 10.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const debian = require('./debian-packages.cjs');

const root = path.join(__dirname, '..');
const lock = path.join(root, 'package-lock.json');
const modules = path.join(root, 'node_modules');
const ownNode = path.join(modules, '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
const marker = path.join(modules, '.kilowink-installed');

function installPackages() {
  const wanted = fingerprint();
  if (fs.existsSync(ownNode) && readMarker() === wanted) return;
  debian.provide(debian.toRun);
  process.stderr.write('Installing the packages (once, or after an update) …\n');
  // Of all packages only Node needs its script. Those of others would compile what is there already, and npm 10 leaves out
  // an optional one that this machine cannot compile.
  npm('ci', '--ignore-scripts', '--no-fund', '--no-audit');
  npm('rebuild', 'node', '--no-ignore-scripts');
  const absent = leftOut();
  if (absent.length > 0) {
    fail(
      `npm left out ${absent.join(', ')}. Run the same command again when the registry can be reached.`,
      1,
    );
  }
  if (!fs.existsSync(ownNode) || spawnSync(ownNode, ['--version']).status !== 0) {
    fail(
      'the package "node" has no program for this machine: its install script did not run, or there is none.',
      1,
    );
  }
  fs.writeFileSync(marker, wanted);
}

function npm(...args) {
  const own = process.env.npm_execpath;
  const [file, first] = own?.endsWith('.js') ? [lastingNode(), [own]] : ['npm', []];
  const { status } = spawnSync(file, [...first, ...args, '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: cleanEnv(),
  });
  if (status !== 0) fail(`npm ${args[0]} did not succeed; its messages are above.`, status);
}

/** A Node outside node_modules, which `npm ci` removes: at an update it is the project's own that runs this. */
function lastingNode() {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, 'node'));
  const known = [process.env.npm_node_execpath, process.execPath, ...onPath];
  const isLasting = (file) => fs.existsSync(file) && !fs.realpathSync(file).startsWith(modules + path.sep);
  return known.find((file) => file !== undefined && isLasting(file)) ?? 'node';
}

/** What npm leaves out without a word: optional packages for this machine that could not be fetched. */
function leftOut() {
  const { packages } = JSON.parse(fs.readFileSync(lock, 'utf8'));
  process.report.excludeNetwork = true;
  const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  const machine = { os: process.platform, cpu: process.arch, libc };
  const wanted = Object.entries(packages).flatMap(([place, told]) => {
    const chosen = Object.keys(told.optionalDependencies ?? {}).map((name) => `node_modules/${name}`);
    if (place.startsWith('packages/')) return chosen;
    return told.optional && told.os !== undefined && isFor(told, machine) ? [place] : [];
  });
  return wanted
    .filter((place) => !fs.existsSync(path.join(root, place)))
    .map((place) => place.slice('node_modules/'.length));
}

function isFor(told, machine) {
  return Object.entries(machine).every(
    ([what, here]) => told[what] === undefined || told[what].includes(here),
  );
}

// npm hands its own settings to scripts as variables; a nested npm must read them afresh.
function cleanEnv() {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^npm_(lifecycle|package|command)/.test(name)) env[name] = value;
  }
  return env;
}

function fingerprint() {
  return createHash('sha256')
    .update(fs.readFileSync(lock))
    .update(process.platform)
    .update(process.arch)
    .digest('hex');
}

function readMarker() {
  try {
    return fs.readFileSync(marker, 'utf8');
  } catch {
    return '';
  }
}

function fail(message, status) {
  process.stderr.write(`Setting up stopped: ${message}\n`);
  process.exit(status || 1);
}

module.exports = { installPackages, modules, ownNode, root };
