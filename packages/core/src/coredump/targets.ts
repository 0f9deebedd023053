/** What a device's processor is. Source of this file: Zephyr, `debug/coredump.h`. */
export const TARGETS = ['unknown', 'x86', 'x86-64', 'Cortex-M', 'RISC-V', 'Xtensa', 'ARM64'] as const;
/** One of `TARGETS`. */
export type CoreDumpTarget = (typeof TARGETS)[number];
