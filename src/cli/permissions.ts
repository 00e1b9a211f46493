import type { Role } from '../kernel/decider.js';

/** Who may give a command, and whether it concerns all regions at once. */
export interface Permitted {
  /** The first is that of whoever acts without a token. */
  readonly roles: readonly Role[];
  /** True: a role that is limited to regions may not. False: deciders ask for the region. */
  readonly programmeWide: boolean;
}

const inRegions = (...roles: readonly Role[]): Permitted => ({ roles, programmeWide: false });
const everywhere = (...roles: readonly Role[]): Permitted => ({ roles, programmeWide: true });

/**
 * Every command of the command line that somebody acts with, as the endpoints say it of theirs. One
 * that is not here lets nobody in.
 */
export const PERMISSIONS: Readonly<Record<string, Permitted>> = {
  'programmes define': everywhere('programme-manager'),
  'programmes terms': everywhere('programme-manager'),
  'programmes checks': everywhere('programme-manager'),
  'programmes hold': everywhere('programme-manager'),
  'programmes calendar': everywhere('programme-manager'),
  'programmes backdating': everywhere('programme-manager'),
  'programmes allot': everywhere('finance-officer'),
  'applications import': inRegions('intake'),
  'applications assess': inRegions('case-officer'),
  'applications recommend': inRegions('case-officer'),
  'applications approve': inRegions('supervisor'),
  'applications reject': inRegions('supervisor'),
  'enrolments revise': inRegions('supervisor'),
  'enrolments recertify': inRegions('supervisor'),
  'enrolments move': inRegions('supervisor'),
  'persons erase': inRegions('administrator'),
  'payees ask-block': everywhere('payment-system'),
  'payees unknown': everywhere('administrator'),
  'payees verify': inRegions('supervisor', 'case-officer', 'finance-officer', 'payment-system'),
  'cycle open': everywhere('finance-officer'),
  'cycle prepare': everywhere('finance-officer'),
  'cycle check': everywhere('finance-officer'),
  'cycle override': everywhere('finance-controller'),
  'cycle approve': everywhere('finance-controller'),
  'cycle return': everywhere('finance-controller'),
  'cycle release': everywhere('finance-controller'),
  'cycle reconcile': everywhere('finance-officer'),
  'cycle close': everywhere('finance-officer'),
  'cycle abandon': everywhere('finance-controller'),
  'payments outcomes': inRegions('payment-system', 'finance-officer'),
  'payments ask-block': everywhere('payment-system'),
  'payments cancel': inRegions('finance-officer'),
  'payments reinstruct': everywhere('finance-officer'),
  'breaks own': inRegions('finance-officer', 'finance-controller'),
  'breaks resolve': inRegions('finance-officer', 'finance-controller'),
  'messages take': everywhere('payment-system', 'finance-officer'),
  'messages release': everywhere('finance-officer', 'finance-controller'),
  'messages match': everywhere('finance-officer'),
  'messages own': everywhere('finance-officer'),
  'messages assign': everywhere('finance-officer'),
  'messages dismiss': everywhere('finance-officer'),
  'corrections propose': everywhere('finance-officer'),
  'corrections approve': everywhere('finance-controller'),
  'corrections reject': everywhere('finance-controller', 'finance-officer'),
  'recovery plan': everywhere('finance-officer'),
  'recovery waive': inRegions('finance-controller', 'finance-officer'),
  'recovery suspend': inRegions('supervisor', 'finance-officer'),
  'recovery resume': inRegions('supervisor', 'finance-officer'),
  'proposals withdraw': inRegions(
    'finance-officer',
    'finance-controller',
    'supervisor',
    'programme-manager',
    'administrator',
    'intake',
    'case-officer',
  ),
  'automation retry': everywhere('administrator'),
  'automation dismiss': everywhere('programme-manager', 'finance-controller'),
  'callbacks retry': everywhere('administrator'),
  'callbacks forget': everywhere('administrator'),
  'dead-letters replay': everywhere('administrator'),
};

const FINANCE = [
  'finance-officer',
  'finance-controller',
  'programme-manager',
  'auditor',
] as const satisfies readonly Role[];
const HOUSEHOLDS = [...FINANCE, 'case-officer', 'supervisor'] as const;
const BANK = [
  'finance-officer',
  'finance-controller',
  'auditor',
] as const satisfies readonly Role[];

/**
 * Every command that shows persons, households or payments: who may ask in production mode. Each is
 * for all regions but the proposals, which are shown as far as they are of the caller's.
 */
export const READINGS: Readonly<Record<string, Permitted>> = {
  'programmes would-fail': everywhere('programme-manager'),
  'cycle status': everywhere(...FINANCE),
  'cycle report': everywhere(...FINANCE),
  'payees unverified': everywhere(
    'supervisor',
    'case-officer',
    'finance-officer',
    'payment-system',
  ),
  'payments left-out': everywhere(...FINANCE),
  'breaks list': everywhere(...FINANCE),
  'messages list': everywhere(...BANK),
  'messages show': everywhere(...BANK),
  'messages entries': everywhere(...BANK),
  'proposals list': inRegions(
    'finance-officer',
    'finance-controller',
    'supervisor',
    'programme-manager',
    'administrator',
    'case-officer',
    'auditor',
  ),
  'corrections due': inRegions(...HOUSEHOLDS),
  'corrections list': everywhere(...FINANCE),
  'corrections show': everywhere(...HOUSEHOLDS),
  'recovery status': everywhere(...HOUSEHOLDS),
  'automation list': everywhere(
    'administrator',
    'auditor',
    'programme-manager',
    'finance-controller',
  ),
  'dead-letters list': everywhere('administrator'),
};
