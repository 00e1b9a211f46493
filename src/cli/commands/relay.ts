import { Command } from 'commander';
import { createTopics } from '../../adapters/event-bus/kafka/topics.js';
import { postgresRelayState } from '../../adapters/relay-state/postgres.js';
import { sizeIn } from '../../composition/config.js';
import { DomainError } from '../../kernel/errors.js';
import { action, common, wholeNumber, type CommonOptions } from '../command.js';

interface RefillOptions extends CommonOptions {
  readonly after?: number;
}

export function relayCommand(): Command {
  const relay = new Command('relay').description(
    'what carries the log to Kafka, at the distributed size',
  );
  common(relay.command('refill'))
    .description(
      'make topics that are missing and publish the log again, by the relay that is started next; consumers tell repeated events by stream and revision',
    )
    .option(
      '--after <position>',
      'only what comes after this log position',
      wholeNumber('after', 0, Number.MAX_SAFE_INTEGER),
    )
    .action(
      action<RefillOptions, []>(async ({ out }, options) => {
        const { distributed } = sizeIn();
        if (!distributed)
          throw new DomainError(
            'CONFIG_INVALID',
            'SANAD_SIZE must be distributed: the embedded size has no topics.',
            'invalid',
            'SANAD_SIZE',
          );
        const after = options.after ?? -1;
        await createTopics(distributed.kafka);
        try {
          await postgresRelayState(distributed.databaseUrl).rewind(after);
        } catch (error) {
          if (error instanceof Error && error.message.includes('at work'))
            throw new DomainError(
              'RELAY_AT_WORK',
              'A relay is at work: stop all of them first, and start them again afterwards.',
              'unavailable',
            );
          throw error;
        }
        out.result(
          { after },
          () => `the next relay publishes everything after position ${after} again`,
        );
      }),
    );
  return relay;
}
