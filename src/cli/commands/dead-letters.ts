import { Command } from 'commander';
import { kafkaIn } from '../../composition/config.js';
import { acting, action, reading, wholeNumber, type CommonOptions } from '../command.js';
import { EXIT, table } from '../output.js';

interface ListOptions extends CommonOptions {
  readonly all?: boolean;
  readonly limit: number;
}
interface ReplayOptions extends CommonOptions {
  readonly letter?: number;
}

// Loading Kafka's client takes a moment, which no other command should wait for.
const onKafka = () => import('../../adapters/event-bus/kafka/dead-letters.js');

export function deadLettersCommand(): Command {
  const letters = new Command('dead-letters').description(
    'messages from Kafka that could not be taken in: look at them, and put them back (KAFKA_BROKERS)',
  );
  reading(letters.command('list'))
    .description('where each was, and why it could not be taken')
    .option('--all', 'also those that were put back')
    .option('--limit <n>', 'at most so many, oldest first', wholeNumber('limit', 1, 10_000), 100)
    .action(
      action<ListOptions, []>(async ({ out }, { all = false, limit }) => {
        const { listDeadLetters } = await onKafka();
        const found = await listDeadLetters(kafkaIn(), { all, limit });
        out.result({ letters: found }, () => {
          if (found.length === 0) return 'No dead letters.';
          const rows = found.map((one) => [
            String(one.letter),
            one.topic,
            one.partition,
            one.offset,
            one.key,
            `${one.reason}${one.replayed ? ' (put back)' : ''}`,
          ]);
          return table([['letter', 'topic', 'partition', 'offset', 'key', 'reason'], ...rows]);
        });
      }),
    );
  acting(letters.command('replay'))
    .description(
      'put all back that were not, on their topics, as they came; what still cannot be taken becomes a dead letter again',
    )
    .option(
      '--letter <n>',
      'this one only, also when it was put back before',
      wholeNumber('letter', 0, Number.MAX_SAFE_INTEGER),
    )
    .action(
      action<ReplayOptions, []>(async ({ out }, { letter }) => {
        const { replayDeadLetters } = await onKafka();
        const { replayed, left, cut } = await replayDeadLetters(kafkaIn(), letter);
        out.result({ replayed, left, cut }, () => {
          const nowhere = left > 0 ? `, ${left} left: they name no topic of ours` : '';
          const refused =
            cut.length > 0
              ? `; refused, since they were too large to be kept whole (have their senders send them again): letters ${cut.join(', ')}`
              : '';
          return `${replayed} put back${nowhere}${refused}.`;
        });
        return left > 0 || cut.length > 0 || (letter !== undefined && replayed === 0)
          ? EXIT.findings
          : EXIT.ok;
      }),
    );
  return letters;
}
