import type { Provider, Type } from '@nestjs/common';
import { ApplicationHttp } from '../application/application.http.js';
import { budgetHandlers } from '../budget/budget.commands.js';
import { BudgetHttp } from '../budget/budget.http.js';
import { CorrectionHttp } from '../correction/correction.http.js';
import { CycleHttp } from '../cycle/cycle.http.js';
import { enrolmentHandlers } from '../enrolment/enrolment.commands.js';
import { EnrolmentHttp } from '../enrolment/enrolment.http.js';
import { PaymentHttp } from '../payment/payment.http.js';
import { PersonHttp } from '../person/person.http.js';
import { calendarHandlers } from '../programme/calendar.commands.js';
import { programmeHandlers } from '../programme/programme.commands.js';
import { ProgrammeHttp } from '../programme/programme.http.js';
import { recoveryHandlers } from '../recovery/recovery.commands.js';
import { RecoveryHttp } from '../recovery/recovery.http.js';
import { applicationHandlers } from '../use-cases/applications/application.handlers.js';
import { correctionHandlers } from '../use-cases/corrections/correction.handlers.js';
import { cycleHandlers } from '../use-cases/cycles/cycle.handlers.js';
import { GovstackBatchHttp } from '../use-cases/govstack/batch.http.js';
import { GovstackBeneficiaryHttp } from '../use-cases/govstack/beneficiary.http.js';
import { GovstackCallbackHttp } from '../use-cases/govstack/callback.http.js';
import { JobsHttp } from '../use-cases/jobs/jobs.http.js';
import { SetAsideHttp } from '../use-cases/jobs/set-aside.http.js';
import { setAsideHandlers } from '../use-cases/jobs/set-aside.handlers.js';
import { paymentHandlers } from '../use-cases/outcomes/payment.handlers.js';
import { personHandlers } from '../use-cases/persons/person.handlers.js';
import { closingHandlers } from '../use-cases/programmes/programme.handlers.js';
import { withdrawalHandlers } from '../use-cases/proposals/proposals.handlers.js';
import { WithdrawalHttp } from '../use-cases/proposals/proposals.http.js';
import { bankHandlers } from '../use-cases/statements/statement.handlers.js';
import { BankHttp } from '../use-cases/statements/statement.http.js';

interface Feature {
  readonly controllers: readonly Type[];
  /** Handlers of its commands. */
  readonly handlers: readonly Provider[];
}

/** What the API offers besides reading: in the order in which it is described. */
export const FEATURES: readonly Feature[] = [
  { controllers: [JobsHttp, SetAsideHttp], handlers: setAsideHandlers },
  {
    controllers: [ProgrammeHttp],
    handlers: [...programmeHandlers, ...calendarHandlers, ...closingHandlers],
  },
  { controllers: [BudgetHttp], handlers: budgetHandlers },
  { controllers: [PersonHttp], handlers: personHandlers },
  { controllers: [ApplicationHttp], handlers: applicationHandlers },
  { controllers: [EnrolmentHttp], handlers: enrolmentHandlers },
  { controllers: [CycleHttp], handlers: cycleHandlers },
  { controllers: [PaymentHttp], handlers: paymentHandlers },
  { controllers: [BankHttp], handlers: bankHandlers },
  { controllers: [CorrectionHttp], handlers: correctionHandlers },
  { controllers: [RecoveryHttp], handlers: recoveryHandlers },
  { controllers: [WithdrawalHttp], handlers: withdrawalHandlers },
  {
    controllers: [GovstackBatchHttp, GovstackBeneficiaryHttp, GovstackCallbackHttp],
    handlers: [],
  },
];
