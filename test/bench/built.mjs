// Loaded before a benchmark: the doors are those of the built package, as its users get them. (Sources that are translated
// while they are loaded run at half their speed where calls are short.)
import { register } from 'node:module'

register('./doors.mjs', import.meta.url)
