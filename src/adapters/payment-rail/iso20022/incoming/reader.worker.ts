import { parentPort, workerData } from 'node:worker_threads';
import { BankMessageError } from './port.js';
import { readBankMessage } from './reader.js';
import type { FromReader, ToReader } from './thread-protocol.js';

/**
 * Reads one file, whose bytes the other thread sends. What is not the file's fault ends the thread
 * with its error.
 */
const port = parentPort!;
const tell = (message: FromReader): void => port.postMessage(message);
const sent: ToReader[] = [];
let wake = (): void => undefined;
port.on('message', (message: ToReader) => {
  sent.push(message);
  wake();
});

async function* bytes(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = sent.shift();
    if (next === 'end') return;
    if (next) {
      yield next.bytes;
      tell({ kind: 'taken' });
    } else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

try {
  const reading = readBankMessage(bytes(), workerData as { readonly parties?: boolean });
  for await (const entries of reading.entries)
    tell({ kind: 'entries', json: JSON.stringify(entries) });
  tell({ kind: 'end', end: reading.end() });
} catch (error) {
  if (!(error instanceof BankMessageError)) throw error;
  tell({ kind: 'refused', error: { code: error.code, reason: error.reason, place: error.place } });
}
port.close();
