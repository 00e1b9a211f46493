export { ibanOfRib, isIban, isRib, isWallet, ribOf } from '../kernel/accounts.js';
