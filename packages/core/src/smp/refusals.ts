import { BASIC_GROUP } from './groups/basic.ts';
import { ENUMERATION_GROUP } from './groups/enumeration.ts';
import { FILES_GROUP } from './groups/files.ts';
import { IMAGE_GROUP } from './groups/image.ts';
import { OS_GROUP } from './groups/os.ts';
import { SETTINGS_GROUP } from './groups/settings.ts';
import { SHELL_GROUP } from './groups/shell.ts';
import { STATISTICS_GROUP } from './groups/statistics.ts';

/** What one code of a device's refusal means. */
export interface RefusalRow {
  /** A name for programs, unique within its group. */
  readonly name: string;
  readonly meaning: string;
}

type Rows = Readonly<Record<number, RefusalRow>>;

function rows(pairs: readonly (readonly [name: string, meaning: string])[], first = 1): Rows {
  return Object.fromEntries(pairs.map(([name, meaning], index) => [first + index, { name, meaning }]));
}

/** Codes that every group can answer, as `rc`. Source: Zephyr, `mcumgr_err_t`. */
export const COMMON_REFUSALS: Rows = rows([
  ['unknown', 'an error that it does not name'],
  ['noMemory', 'not enough memory, or the answer does not fit its buffer'],
  ['invalid', 'a value it can not use'],
  ['timeout', 'it took too long'],
  ['notFound', 'there is no such thing'],
  ['badState', 'not possible in the state it is in'],
  ['tooLarge', 'the answer is too large'],
  ['unsupported', 'it does not know this command'],
  ['corrupt', 'the data are damaged'],
  ['busy', 'it is busy with another command'],
  ['denied', 'it does not allow this'],
  ['versionTooOld', 'it does not speak so old a version of SMP'],
  ['versionTooNew', 'it does not speak so new a version of SMP'],
]);

const OS_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['invalidFormat', 'the format of what is asked for is not valid'],
  ['noAnswer', 'it does not know what is asked for'],
  ['clockNotSet', 'its clock is not set'],
  ['clockFailed', 'its clock does not work'],
  ['valueInvalid', 'it knows what is asked for, but has no valid value'],
  ['heapFailed', 'the heap’s figures can not be had'],
]);

const IMAGE_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['flashConfig', 'it can not tell how its flash is laid out'],
  ['noImage', 'there is no image in the slot'],
  ['noTlvs', 'the image has no trailing records'],
  ['invalidTlv', 'a trailing record of the image is not valid'],
  ['multipleHashes', 'the image carries more than one hash'],
  ['tlvSize', 'a trailing record of the image has a wrong size'],
  ['hashNotFound', 'the image carries no hash, or no image has this one'],
  ['noFreeSlot', 'no slot is free: the second one holds an image that is pending or on trial'],
  ['flashOpen', 'the flash can not be opened'],
  ['flashRead', 'the flash can not be read'],
  ['flashWrite', 'the flash can not be written'],
  ['flashErase', 'the flash can not be erased'],
  ['invalidSlot', 'there is no such slot, or it may not be used'],
  ['noMemory', 'not enough memory'],
  ['contextSet', 'an upload is already prepared'],
  ['contextNotSet', 'no upload is prepared'],
  ['deviceNull', 'the flash’s device is missing'],
  ['pageOffset', 'the place of a flash page is not valid'],
  ['offsetMissing', 'the place of the piece is missing'],
  ['lengthMissing', 'the size of the whole is missing'],
  ['headerShort', 'the first piece is shorter than an image’s header'],
  ['headerMagic', 'this is not an image for MCUboot'],
  ['invalidHash', 'the hash is not valid'],
  ['flashAddress', 'the image is made for another place in flash'],
  ['versionUnknown', 'it can not tell the version that runs'],
  ['runningIsNewer', 'what runs is as new or newer'],
  ['alreadyPending', 'an image is pending already'],
  ['vectorTable', 'the image’s vector table is not valid'],
  ['imageTooLarge', 'the image does not fit the slot'],
  ['dataOverrun', 'more was sent than was announced'],
  ['confirmDenied', 'it does not allow this image to be confirmed'],
  ['testActiveDenied', 'what runs can not be set on trial'],
  ['activeSlotUnknown', 'it can not tell which slot runs'],
]);

const STATISTICS_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['invalidGroup', 'there is no such group of counters'],
  ['invalidName', 'a counter’s name is not valid'],
  ['invalidSize', 'a counter’s size is not valid'],
  ['aborted', 'the counters could not all be read'],
]);

const SETTINGS_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['nameTooLong', 'the name is too long'],
  ['notFound', 'there is no such setting'],
  ['notReadable', 'the setting can not be read'],
  ['rootNotFound', 'there is no such branch of settings'],
  ['notWritable', 'the setting can not be written'],
  ['notDeletable', 'the setting can not be deleted'],
  ['notSavable', 'this branch can not be saved alone'],
]);

const FILES_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['invalidName', 'the file’s name is not valid'],
  ['notFound', 'there is no such file'],
  ['isDirectory', 'this is a folder'],
  ['openFailed', 'the file can not be opened'],
  ['seekFailed', 'the place in the file can not be reached'],
  ['readFailed', 'the file can not be read'],
  ['truncateFailed', 'the file can not be shortened'],
  ['deleteFailed', 'the file can not be deleted'],
  ['writeFailed', 'the file can not be written'],
  ['offsetInvalid', 'the place is not where the file ends: it changed meanwhile'],
  ['offsetBeyond', 'the place is behind the file’s end'],
  ['hashUnknown', 'it can not compute this checksum or hash'],
  ['noMount', 'nothing is mounted there'],
  ['readOnly', 'the file system is read-only'],
  ['empty', 'the file is empty'],
  ['closeFailed', 'the file can not be closed'],
]);

const SHELL_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['tooLong', 'the command line is too long'],
  ['empty', 'the command line is empty'],
]);

const ENUMERATION_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['tooMany', 'there are more groups than fit'],
  ['lookupFailed', 'there are not enough groups'],
]);

const BASIC_REFUSALS = rows([
  ['unknown', 'an error that it does not name'],
  ['flashOpen', 'the storage can not be opened'],
  ['flashConfig', 'it can not tell where the storage is'],
  ['flashErase', 'the storage can not be erased'],
]);

/** The groups there are names and codes for. Source: the groups' headers in Zephyr. */
export const GROUPS: Readonly<Record<number, { readonly name: string; readonly refusals: Rows }>> = {
  [OS_GROUP]: { name: 'os', refusals: OS_REFUSALS },
  [IMAGE_GROUP]: { name: 'image', refusals: IMAGE_REFUSALS },
  [STATISTICS_GROUP]: { name: 'statistics', refusals: STATISTICS_REFUSALS },
  [SETTINGS_GROUP]: { name: 'settings', refusals: SETTINGS_REFUSALS },
  [FILES_GROUP]: { name: 'files', refusals: FILES_REFUSALS },
  [SHELL_GROUP]: { name: 'shell', refusals: SHELL_REFUSALS },
  [ENUMERATION_GROUP]: { name: 'enumeration', refusals: ENUMERATION_REFUSALS },
  [BASIC_GROUP]: { name: 'zephyr', refusals: BASIC_REFUSALS },
};

/** Why a device did not do what it was asked: which group says so, which code, and what that means. */
export interface Refusal extends RefusalRow {
  /** The group the code belongs to; null for the codes that all groups share. */
  readonly group: number | null;
  /** Its name: `image`; `smp` for the shared codes, a number for a group that is not known. */
  readonly groupName: string;
  readonly code: number;
  /** What the device added in words, where it did. */
  readonly reason?: string;
}

/** The refusal that a code of a group stands for; codes that are not known keep their number. */
export function refusalOf(group: number | null, code: number): Refusal {
  const known = group === null ? { name: 'smp', refusals: COMMON_REFUSALS } : GROUPS[group];
  const row = known?.refusals[code] ?? {
    name: `code${code}`,
    meaning: `error ${code} that is not known here`,
  };
  return { group, groupName: known?.name ?? String(group), code, ...row };
}

/** In words: `image 27 (runningIsNewer): what runs is as new or newer`. */
export function formatRefusal(refusal: Refusal): string {
  const { groupName, code, name, meaning, reason } = refusal;
  return `${groupName} ${code} (${name}): ${meaning}${reason === undefined ? '' : ` (${reason})`}`;
}
