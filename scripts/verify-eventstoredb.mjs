// Verifies a server of EventStoreDB's protocol that somebody provides in EVENTSTORE_URL: the
// contract of event stores, a month of aid, and faults by a proxy between. Prints a report in
// Markdown.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as overHttp } from 'node:http';
import { request as overTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const url = process.env.EVENTSTORE_URL?.trim();
if (!url) {
  console.error(
    'Set EVENTSTORE_URL (esdb://user:password@host:port?…) to a server with an empty log: events stay there.',
  );
  process.exit(2);
}
const SPECS = ['event-store-eventstoredb', 'eventstoredb-verification'];
const [, host, port = '2113'] =
  /^esdb(?:\+discover)?:\/\/(?:[^@/?]*@)?([^:/?,]+)(?::(\d+))?/.exec(url) ?? [];
const isPlain = /[?&]tls=false\b/i.test(url);
const ca = /[?&]tlsCAFile=([^&]+)/i.exec(url)?.[1];

/** What the server says it is, where it says so to anybody. */
const versionOf = () =>
  new Promise((resolve) => {
    const options = { host, port, path: '/info', timeout: 3_000 };
    const trusted = ca ? { ca: readFileSync(decodeURIComponent(ca)) } : {};
    const asked = isPlain ? overHttp(options) : overTls({ ...options, ...trusted });
    asked.on('response', (answer) => {
      let text = '';
      answer.on('data', (bytes) => {
        text += bytes;
      });
      answer.on('end', () => {
        try {
          resolve(JSON.parse(text).esVersion ?? JSON.parse(text).dbVersion);
        } catch {
          resolve(undefined);
        }
      });
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });

const version = host ? await versionOf() : undefined;
const dir = mkdtempSync(join(tmpdir(), 'verify-eventstoredb-'));
const file = join(dir, 'report.json');
const run = spawnSync(
  process.execPath,
  [
    'scripts/test.mjs',
    '--testPathPatterns',
    ...SPECS,
    '--testNamePattern',
    'at EVENTSTORE_URL',
    '--json',
    `--outputFile=${file}`,
  ],
  { stdio: ['ignore', 2, 2] },
);
let report = { testResults: [] };
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  console.error('The tests wrote no report.');
}
rmSync(dir, { recursive: true, force: true });

const tests = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status === 'passed' || status === 'failed');
const failed = tests.filter(({ status }) => status === 'failed');
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
const lines = [
  '# Sanad on a server of EventStoreDB',
  '',
  `- Server: ${host ?? 'unknown'}:${port}, ${version ? `version ${version}` : 'which does not say its version'}, ${isPlain ? 'plain text' : 'TLS'}`,
  `- Date: ${new Date().toISOString()}`,
  `- Result: ${tests.length - failed.length} of ${tests.length} passed`,
  '',
  '| test | result | seconds |',
  '| --- | --- | --- |',
  ...tests.map(
    ({ ancestorTitles, title, status, duration }) =>
      `| ${[...ancestorTitles.slice(1), title].join(': ')} | ${status} | ${((duration ?? 0) / 1_000).toFixed(1)} |`,
  ),
  ...failed.map(
    ({ title, failureMessages: [message = ''] }) => `\n**${title}**: ${message.split('\n', 1)[0]}`,
  ),
  ...broken.map(
    ({ name, message }) => `\n**${name}** could not be run: ${message.split('\n', 1)[0]}`,
  ),
];
console.log(lines.join('\n'));
process.exit(run.status === 0 && failed.length === 0 && tests.length > 0 ? 0 : 1);
