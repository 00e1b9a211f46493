import {
  approveCorrectionParts,
  rejectCorrectionParts,
} from '../use-cases/corrections/decide-correction.js';
import { requireCorrectable } from '../use-cases/corrections/propose-correction.js';
import { parseCorrectionId } from '../kernel/ids.js';
import { Command } from '../http/call.js';
import { Hash, OneOf, Period, ProgrammeCode, Text, Uuid } from '../http/fields.js';
import { handlers, on } from '../http/command-handlers.js';
import { jobIdOf, type Job } from '../runtime/jobs.js';

export class ProposeCorrection extends Command {
  @ProgrammeCode() programmeId!: string;
  @Period({
    description:
      'First month that is recomputed; the last is the last month with a released cycle.',
  })
  fromPeriod!: string;
  @OneOf(['first-paid', 'legal-effect'], {
    optional: true,
    description:
      'A month is due under the policy first paid in it (the default), or under the newest in legal effect.',
  })
  basis?: 'first-paid' | 'legal-effect';
  @Uuid({ optional: true, description: 'One household only.' }) personId?: string;
  @Text({ description: 'The late fact, or the act.' }) reason!: string;
}
export class ApproveCorrection extends Command {
  @Hash({ description: 'Of what was proposed, as it was seen.' }) contentHash!: string;
}
export class RejectCorrection extends Command {
  @Text() reason!: string;
}

const idOf = (command: Command): string => parseCorrectionId(command.param('correctionId'));

export const correctionHandlers = handlers(
  on(
    ProposeCorrection,
    async ({ programmeId, fromPeriod, basis = 'first-paid', personId, reason, call }, deps) => {
      const job: Job = {
        kind: 'correct',
        programmeId,
        fromPeriod,
        basis,
        reason,
        ...(personId === undefined ? {} : { personId }),
      };
      await requireCorrectable(deps, job);
      const { actor, correlationId } = call.context;
      return {
        parts: [],
        answer: { programmeId, jobId: jobIdOf(job) },
        status: 202,
        afterwards: () => deps.background.start(job, { actor, correlationId }),
      };
    },
  ),
  on(ApproveCorrection, (command) => ({
    parts: approveCorrectionParts({
      correctionId: idOf(command),
      contentHash: command.contentHash,
    }),
    answer: { correctionId: idOf(command) },
  })),
  on(RejectCorrection, (command) => ({
    parts: rejectCorrectionParts({ correctionId: idOf(command), reason: command.reason }),
    answer: { correctionId: idOf(command) },
  })),
);
