import { expect, test } from '@jest/globals';
import { InstructedMessages } from '../../src/audit/instructed-messages.js';
import { FAR_STREAMS } from './direct.js';

test('the messages of a payment are those that it was instructed in, in order', () => {
  const messages = new InstructedMessages();
  expect(messages.of(0)).toEqual([]);
  messages.add(0, 'M1');
  messages.add(2, 'M1');
  messages.add(0, 'R1');
  messages.add(0, 'R2');
  messages.add(3, 'R1');
  const of = (stream: number) => messages.of(stream);
  expect([0, 1, 2, 3].map(of)).toEqual([['M1', 'R1', 'R2'], [], ['M1'], ['R1']]);
});

test('however many payments there are', () => {
  const messages = new InstructedMessages();
  messages.add(1, 'M1');
  for (const stream of FAR_STREAMS) {
    expect(messages.of(stream)).toEqual([]);
    messages.add(stream, `M${stream}`);
    messages.add(stream, 'R');
  }
  for (const stream of FAR_STREAMS) expect(messages.of(stream)).toEqual([`M${stream}`, 'R']);
  expect(messages.of(1)).toEqual(['M1']);
});
