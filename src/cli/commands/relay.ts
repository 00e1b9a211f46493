import { Command } from 'commander';
import { createTopics, remakeEventTopics } from '../../adapters/event-bus/kafka/topics.js';
import { postgresRelayState } from '../../adapters/relay-state/postgres.js';
import { sizeIn, type Distributed } from '../../composition/config.js';
import { DomainError } from '../../kernel/errors.js';
import { action, common, wholeNumber, type CommonOptions } from '../command.js';

interface RefillOptions extends CommonOptions {
  readonly after?: number;
}

function distributedOnly(): Distributed {
  const { distributed } = sizeIn();
  if (!distributed)
    throw new DomainError(
      'CONFIG_INVALID',
      'SANAD_SIZE must be distributed: the embedded size has no topics.',
      'invalid',
      'SANAD_SIZE',
    );
  return distributed;
}

/** @throws DomainError RELAY_AT_WORK */
async function setBack(
  { databaseUrl }: Distributed,
  position: number,
  meanwhile: () => Promise<void>,
): Promise<void> {
  try {
    await postgresRelayState(databaseUrl).rewind(position, meanwhile);
  } catch (error) {
    if (error instanceof Error && error.message.includes('at work'))
      throw new DomainError(
        'RELAY_AT_WORK',
        'A relay is at work: stop all of them first, and start them again afterwards.',
        'unavailable',
      );
    throw error;
  }
}

function addRefill(relay: Command): void {
  common(relay.command('refill'))
    .description(
      'where topics were lost: make those that are missing and publish the log again, by the relay that is started next; consumers tell repeated events by stream and revision',
    )
    .option(
      '--after <position>',
      'only what comes after this log position',
      wholeNumber('after', 0, Number.MAX_SAFE_INTEGER),
    )
    .action(
      action<RefillOptions, []>(async ({ out }, options) => {
        const distributed = distributedOnly();
        const after = options.after ?? -1;
        await setBack(distributed, after, () => createTopics(distributed.kafka));
        out.result(
          { after },
          () => `the next relay publishes everything after position ${after} again`,
        );
      }),
    );
}

function addReset(relay: Command): void {
  common(relay.command('reset'))
    .description(
      'where the log was restored or is another: delete the topics of events, which say what it does not, make them anew, and publish the log from its start, by the relay that is started next',
    )
    .action(
      action<CommonOptions, []>(async ({ out }) => {
        const distributed = distributedOnly();
        await setBack(distributed, -1, () => remakeEventTopics(distributed.kafka));
        out.result(
          { after: -1 },
          () => 'the topics of events are empty; the next relay publishes the log from its start',
        );
      }),
    );
}

export function relayCommand(): Command {
  const relay = new Command('relay').description(
    'what carries the log to Kafka, at the distributed size',
  );
  addRefill(relay);
  addReset(relay);
  return relay;
}
