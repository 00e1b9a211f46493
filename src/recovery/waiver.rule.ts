import type { EventData } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';

/** What two persons must say alike to let a household off; the reason is each one's own. */
export const contentOfWaiver = ({
  amountMinor,
}: Pick<EventData['OverpaymentWaived'], 'amountMinor'>): string =>
  contentHash({ waiver: { amountMinor } });
