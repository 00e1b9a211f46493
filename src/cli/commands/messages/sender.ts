import type { Actor } from '../../../kernel/decider.js';
import { DomainError } from '../../../kernel/errors.js';
import { isCallersSubject } from '../../../kernel/subject.js';
import { isOwnFile } from '../../../use-cases/statements/own-files.js';

/**
 * Who is said to have delivered a file; who hands it over, where nobody says. A payment system
 * delivers its own: whose a file is, decides who is told of it.
 * @throws DomainError INVALID_OPTION, NOT_YOURS
 */
export function senderOf(actor: Actor, said = actor.id): string {
  if (!isCallersSubject(said))
    throw new DomainError(
      'INVALID_OPTION',
      "--sender takes an account's name: 1 to 128 letters, digits or . _ : @ | / -, and none of the engine's own names",
      'invalid',
      'sender',
    );
  if (!isOwnFile(actor, { sender: said }))
    throw new DomainError(
      'NOT_YOURS',
      'A payment system hands over its own files, and under no other name.',
      'forbidden',
      'sender',
    );
  return said;
}
