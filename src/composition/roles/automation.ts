import { randomUUID } from 'node:crypto';
import { kafkaInbound } from '../../adapters/event-bus/kafka/inbound.js';
import type { InboundTopic } from '../../adapters/event-bus/port.js';
import { createTopics } from '../../adapters/event-bus/kafka/topics.js';
import { postgresLease } from '../../adapters/lease/postgres.js';
import type { Role } from './role.js';
import { automationsOver } from '../automations.js';
import { AUTOMATION_LEASE } from '../servers.js';
import { OUTCOMES_TOPIC } from '../../messaging/topics.js';
import type { LeaseHold } from '../../adapters/lease/port.js';
import type { ProcessManagerRunner } from '../../process-managers/runner.js';
import { checkedWork } from '../../kernel/concurrency/checked-work.js';
import { checkCluster } from './topics-check.js';
import { AutomationTurn } from '../../runtime/supervision/automation-turn.js';
import { unfinished } from '../../use-cases/jobs/all.js';
import { JobRunner } from '../../use-cases/jobs/job-runner.js';
import { workOff } from '../../use-cases/jobs/queued-jobs.js';
import { OutcomesFromTopic } from '../../use-cases/outcomes/take-outcomes-topic.js';
import { takeFrom } from '../../use-cases/statements/take-from-folder.js';
import { jobIdOf } from '../../write-side/jobs.js';

const OUTCOMES_GROUP = 'sanad-outcomes';

/** Process managers, jobs that an api was asked for, and the rail; of many one is at work. */
export function startAutomation(role: Role): void {
  takeOutcomes(role);
  const { distributed, metrics, supervisor } = role;
  const lease = postgresLease(distributed.databaseUrl, AUTOMATION_LEASE);
  const turn = new AutomationTurn<ProcessManagerRunner>(lease, supervisor, metrics);
  supervisor.followers.add('automation', () => turn.place);
  supervisor.take('automation', (signal) =>
    turn.run(
      (hold) => runnerOf(role, hold, () => turn.tell()),
      (automations, held) => automate(role, automations, held),
      signal,
    ),
  );
}

/** Every process takes its share of the topic: the payments themselves say what is known. */
function takeOutcomes({
  distributed: { kafka },
  servers,
  ground,
  standing,
  metrics,
  supervisor,
}: Role): void {
  const topic = kafkaInbound({ ...kafka, topic: OUTCOMES_TOPIC, groupId: OUTCOMES_GROUP });
  const standingFirst: InboundTopic = {
    run: (take, ...more) =>
      topic.run(
        async (messages) => {
          await standing.require();
          return take(messages);
        },
        ...more,
      ),
  };
  const outcomes = new OutcomesFromTopic(servers, standingFirst, () => supervisor.well('outcomes'));
  metrics.outcomes(() => outcomes.figures);
  supervisor.take('outcomes', async (signal) => {
    await createTopics(kafka);
    const check = async (): Promise<void> => {
      await standing.look();
      await checkCluster(ground, kafka);
    };
    await check();
    await checkedWork(check, (until) => outcomes.run(until), signal);
  });
}

/** The process managers, as they were left by who held the lease before. */
function runnerOf(
  { servers, supervisor }: Role,
  hold: LeaseHold,
  onChange: () => void,
): ProcessManagerRunner {
  const acted = {
    load: () => hold.load(),
    save: async (position: number): Promise<void> => {
      await hold.save(position);
      supervisor.well('automation');
      onChange();
    },
  };
  const each = {
    load: () => hold.loadText(),
    save: (text: string) => hold.saveText(text),
  };
  return automationsOver(servers, { acted, each }, (message) => {
    supervisor.tell(message);
    if (message.kind === 'note') onChange();
  });
}

/**
 * Works under the lease until it is lost. What fails ends the rest, so that all begin again
 * together.
 */
async function automate(
  { servers, queue, standing, supervisor }: Role,
  automations: ProcessManagerRunner,
  held: AbortSignal,
): Promise<void> {
  await standing.look();
  supervisor.well('automation');
  for (const { job, by } of await unfinished(servers))
    await queue.submit(jobIdOf(job), { job, by });
  const failed = new AbortController();
  const until = AbortSignal.any([held, failed.signal]);
  const jobs = new JobRunner({ ...servers, automations }, supervisor.tell);
  const together = [
    automations.run(until),
    workOff(queue, jobs, `automation-${process.pid}-${randomUUID()}`, until),
    servers.opened.attend?.({ take: takeFrom(servers), onTrouble: supervisor.onTrouble }, until),
  ].map(async (work) => {
    try {
      await work;
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  const broken = (await Promise.allSettled(together)).find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
}
