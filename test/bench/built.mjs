// Loaded before a benchmark: modules are those of the built package. (Sources that are translated while they are loaded run at half
// their speed where calls are short.)
import { register } from 'node:module'

register('./doors.mjs', import.meta.url)
