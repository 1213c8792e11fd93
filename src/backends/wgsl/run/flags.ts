/** The numbers of `GPUBufferUsage` and `GPUMapMode`, which are objects of browsers only. */
export const usage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyDestination: 0x8,
  uniform: 0x40,
  storage: 0x80,
  indirect: 0x100,
} as const

/** To be read. */
export const mapForReading = 0x1
/** For compute shaders. */
export const computeStage = 0x4
