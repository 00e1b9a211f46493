import { readFileSync } from 'node:fs';
import { messageKey, type MessageKeys } from '../../messaging/message-mac.js';

const KEY = /^[0-9a-f]{64}$/;

/**
 * Keys from a file: one a line, 64 hexadecimal digits, the first signs.
 * @throws Error that quotes nothing of it
 */
export function readMessageKeys(file: string): MessageKeys {
  const lines = textOf(file)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [first, ...others] = lines.map((line) => {
    if (!KEY.test(line)) throw refused('must hold keys of 64 hexadecimal digits, one a line');
    return messageKey(Buffer.from(line, 'hex'));
  });
  if (!first) throw refused('must hold at least one key');
  return { all: [first, ...others] };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    throw refused('must name a file that can be read');
  }
}

const refused = (why: string): Error => new Error(`KAFKA_MESSAGE_KEYS ${why}.`);
