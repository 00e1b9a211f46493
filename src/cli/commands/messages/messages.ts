import { Command } from 'commander';
import { addAssign, addDismiss, addEntries, addMatch, addOwn } from './entries.js';
import { addList, addRelease, addShow, addTake } from './files.js';

export function messagesCommand(): Command {
  const messages = new Command('messages').description(
    'files of banks: pain.002, camt.054 and camt.053; and what of them waits for a person',
  );
  addTake(messages);
  addList(messages);
  addShow(messages);
  addRelease(messages);
  addEntries(messages);
  addMatch(messages);
  addOwn(messages);
  addAssign(messages);
  addDismiss(messages);
  return messages;
}
