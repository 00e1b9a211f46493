import { commandHandler, commandHandlers } from '../../http/command-handlers.js';
import { jobIdOf, type Job } from '../../write-side/jobs.js';
import { RetrySetAside } from './set-aside.commands.js';

export const setAsideHandlers = commandHandlers(
  commandHandler(RetrySetAside, ({ eventId, call }, deps) => {
    const { actor, correlationId, commandId } = call.context;
    const job: Job = {
      kind: 'retry-set-aside',
      commandId,
      ...(eventId === undefined ? {} : { eventId }),
    };
    return {
      parts: [],
      answer: { jobId: jobIdOf(job) },
      status: 202,
      afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
    };
  }),
);
