import {
  unverifiedAccounts,
  type AccountName,
} from '../../src/use-cases/persons/verify-accounts.js';
import { PROGRAMME } from './month.js';
import type { World } from './world.js';

/** Accounts of the programme's enrolled persons that nobody verified. */
export async function unverifiedIn({ store }: World['engine']): Promise<AccountName[]> {
  const found: AccountName[] = [];
  for await (const page of unverifiedAccounts(store, PROGRAMME)) found.push(...page);
  return found;
}
