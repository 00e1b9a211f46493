import { Command } from 'commander';
import { parsePersonId, streams } from '../../kernel/ids.js';
import { erasure } from '../../use-cases/persons/erase-person.js';
import { execute } from '../../write-side/execute.js';
import { automated } from '../acting.js';
import { acting, action, actorOf, contextOf, type CommonOptions, type Run } from '../command.js';

interface EraseOptions extends CommonOptions {
  readonly reason: string;
  readonly forfeitArrears?: boolean;
}

/** As over HTTP: one administrator proposes it, and another's word erases. */
async function erase(run: Run, options: EraseOptions, person: string): Promise<void> {
  const personId = parsePersonId(person, 'person');
  const actor = actorOf(options, 'administrator');
  const result = await automated(options.data, run, async (engine) => {
    const { store, vault } = engine;
    // The same words later are another command.
    const seen = await store.readStream(streams.person(personId));
    const context = contextOf(actor, 'erase', personId, seen.length);
    const { reason, forfeitArrears } = options;
    const asked = { personId, reason, forfeitsArrears: forfeitArrears };
    const { status, parts } = await erasure(engine, asked, context);
    const { events } = await execute(engine, parts, context);
    if (status === 'erased') await vault.erase([personId]);
    return { personId, status, events };
  });
  run.out.result(result, () =>
    result.status === 'erased'
      ? 'erased; the key of the personal fields is destroyed'
      : 'proposed, and nothing is erased yet: another administrator asks for the same',
  );
}

export function personsCommand(): Command {
  const persons = new Command('persons').description(
    'persons, and the end of what is known of them',
  );
  acting(persons.command('erase <person>'))
    .description(
      'erase a person: the key of their personal fields is destroyed and the proof stays; proposed by one administrator, and done when another asks for it',
    )
    .requiredOption('--reason <text>', 'why; each has their own')
    .option(
      '--forfeit-arrears',
      'also where months or arrears are owed that did not arrive; both say so',
    )
    .action(action(erase));
  return persons;
}
