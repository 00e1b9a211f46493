import { LENGTHS, RESPONSE } from '../kernel/govstack.js';
import type { Problem } from './problem.js';

/** An error as the published files spell it: two spellings, and no other is published. */
export type GovstackError =
  | (Problem & {
      readonly responseCode: string;
      readonly responseDescription: string;
    })
  | { readonly ResponseCode: string; readonly ResponseDescription: string };

const REGISTERING = '/govstack/identityAccountMapper/beneficiary';

/** Whether an address is of the adapter, whatever there is at it. */
export const isGovstack = (url: string): boolean => /^\/govstack([/?]|$)/.test(url);

/**
 * What a refusal or failure of the adapter is answered with: response code and description as
 * published; besides them the members of a problem, but not in a 400 to RegisterBeneficiary, whose
 * file lists all that may be there.
 */
export function govstackError(problem: Problem, method: string, url: string): GovstackError {
  const said = `${problem.code}: ${problem.detail}`.slice(0, LENGTHS.responseDescription);
  return problem.status === 400 && method === 'POST' && url.split('?', 1)[0] === REGISTERING
    ? { ResponseCode: RESPONSE.refused, ResponseDescription: said }
    : { responseCode: RESPONSE.refused, responseDescription: said, ...problem };
}
