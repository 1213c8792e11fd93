/** `dispose`, `using`, `scope` and `keep` in a browser. */
import { cpu } from 'conformable'
import { lawsOfScopes } from '../helpers/scopes.ts'

lawsOfScopes(async () => cpu())
