import './composition/node-version.js';
import { lineOf, serve } from './composition/server.js';
import { loadConfig } from './composition/config.js';
import { DomainError } from './kernel/errors.js';

try {
  process.exitCode = await serve(loadConfig());
} catch (error) {
  process.stderr.write(`${lineOf(error)}\n`);
  process.exitCode = error instanceof DomainError ? 2 : 1;
}
