/*
 * Loaded before libc (LD_PRELOAD) into a process whose files are to fail, or which is to end in the middle of a write.
 * Only what is done to files below one folder counts. Everything is told through one page that the test maps too:
 *
 *   0 steps    what was done to those files so far
 *   1 killAt   the step at which the process kills itself; 0 never
 *   2 killHow  0 before the step, 1 with half of it done, 2 after it
 *   3 perMille how many of a thousand steps fail
 *   4 kinds    bits: 1 EIO, 2 ENOSPC, 4 a write that does less than it was asked to
 *   5 full     1: what would make a file longer fails with ENOSPC
 *   6 faults   how many steps failed so far
 *   7 chance   state of the generator that chooses
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { STEPS, KILL_AT, KILL_HOW, PER_MILLE, KINDS, FULL, FAULTS, CHANCE, WORDS };
enum { KILL_BEFORE, KILL_HALF, KILL_AFTER };
enum { KIND_EIO = 1, KIND_ENOSPC = 2, KIND_SHORT = 4 };
enum { DO_NOTHING = 0, DO_HALF_AND_DIE = -1, DO_AND_DIE = -2, DO_SHORT = -3 };

static volatile int64_t *page;
static char folder[PATH_MAX];
static size_t folder_length;

__attribute__((constructor)) static void start(void) {
    const char *control = getenv("CRASH_FAULTS_CONTROL");
    const char *given = getenv("CRASH_FAULTS_FOLDER");
    if (control == NULL || given == NULL || strlen(given) >= sizeof folder) return;
    int file = open(control, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *mapped = mmap(NULL, WORDS * sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    strcpy(folder, given);
    folder_length = strlen(folder);
    page = mapped;
}

static int is_path_ours(const char *path) {
    return strncmp(path, folder, folder_length) == 0;
}

static int is_ours(int file) {
    char link[64];
    char path[PATH_MAX];
    if (page == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_path_ours(path);
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static uint64_t next_chance(void) {
    /* Two threads that draw at once get the same number; that is chance enough. */
    uint64_t x = (uint64_t)page[CHANCE];
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    page[CHANCE] = (int64_t)x;
    return x >> 11;
}

static int fails_with(int error) {
    __sync_fetch_and_add(&page[FAULTS], 1);
    return error;
}

/* What becomes of a step: an error number above 0, or one of DO_…. `end` is where the file would end, or -1. */
static int judge(int file, off_t end) {
    int64_t step = __sync_add_and_fetch(&page[STEPS], 1);
    if (page[KILL_AT] != 0 && step >= page[KILL_AT]) {
        if (page[KILL_HOW] == KILL_BEFORE) die();
        return page[KILL_HOW] == KILL_HALF ? DO_HALF_AND_DIE : DO_AND_DIE;
    }
    if (page[FULL] != 0 && end >= 0) {
        struct stat now;
        if (fstat(file, &now) == 0 && end > now.st_size) return fails_with(ENOSPC);
    }
    if (page[PER_MILLE] == 0 || (int64_t)(next_chance() % 1000) >= page[PER_MILLE]) return DO_NOTHING;
    int64_t kinds = page[KINDS] & 7;
    while (kinds != 0) {
        int kind = 1 << (next_chance() % 3);
        if ((kinds & kind) == 0) continue;
        if (kind == KIND_EIO) return fails_with(EIO);
        if (kind == KIND_ENOSPC) return fails_with(ENOSPC);
        return end < 0 ? fails_with(EIO) : DO_SHORT;
    }
    return DO_NOTHING;
}

static off_t end_of_append(int file, size_t size) {
    off_t at = lseek(file, 0, SEEK_CUR);
    if ((fcntl(file, F_GETFL) & O_APPEND) != 0) {
        struct stat now;
        if (fstat(file, &now) == 0) at = now.st_size;
    }
    return at < 0 ? -1 : at + (off_t)size;
}

static size_t less(size_t size) {
    return size < 2 ? size : size / 2;
}

static ssize_t put(int file, const void *bytes, size_t size, off_t at) {
    return at < 0 ? syscall(SYS_write, file, bytes, size) : syscall(SYS_pwrite64, file, bytes, size, at);
}

static ssize_t write_ours(int file, const void *bytes, size_t size, off_t at) {
    int what = judge(file, at < 0 ? end_of_append(file, size) : at + (off_t)size);
    if (what > 0) {
        errno = what;
        return -1;
    }
    ssize_t done = put(file, bytes, what == DO_NOTHING || what == DO_AND_DIE ? size : less(size), at);
    if (what == DO_HALF_AND_DIE || what == DO_AND_DIE) die();
    return done;
}

ssize_t write(int file, const void *bytes, size_t size) {
    return is_ours(file) ? write_ours(file, bytes, size, -1) : syscall(SYS_write, file, bytes, size);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
    return is_ours(file) ? write_ours(file, bytes, size, at) : syscall(SYS_pwrite64, file, bytes, size, at);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
    return pwrite64(file, bytes, size, at);
}

/* A write of several pieces may always do less than asked: the first piece is as good as all of them. */
ssize_t writev(int file, const struct iovec *pieces, int count) {
    if (count > 0 && is_ours(file)) return write_ours(file, pieces[0].iov_base, pieces[0].iov_len, -1);
    return syscall(SYS_writev, file, pieces, count);
}

ssize_t pwritev64(int file, const struct iovec *pieces, int count, off64_t at) {
    if (count > 0 && is_ours(file)) return write_ours(file, pieces[0].iov_base, pieces[0].iov_len, at);
    return syscall(SYS_pwritev, file, pieces, count, at, 0);
}

ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t at) {
    return pwritev64(file, pieces, count, at);
}

/* Steps that are done or not: there is no half. Returns whether the step is to be done. */
static int may_step(int what) {
    if (what == DO_HALF_AND_DIE) die();
    if (what <= 0) return 1;
    errno = what;
    return 0;
}

static int stepped(int what, int done) {
    if (what == DO_AND_DIE) die();
    return done;
}

static int sync_ours(int file, long number) {
    int what = judge(file, -1);
    return may_step(what) ? stepped(what, (int)syscall(number, file)) : -1;
}

int fsync(int file) {
    return is_ours(file) ? sync_ours(file, SYS_fsync) : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    return is_ours(file) ? sync_ours(file, SYS_fdatasync) : (int)syscall(SYS_fdatasync, file);
}

int ftruncate64(int file, off64_t size) {
    if (!is_ours(file)) return (int)syscall(SYS_ftruncate, file, size);
    int what = judge(file, size);
    return may_step(what) ? stepped(what, (int)syscall(SYS_ftruncate, file, size)) : -1;
}

int ftruncate(int file, off_t size) {
    return ftruncate64(file, size);
}

int rename(const char *from, const char *to) {
    if (page == NULL || !is_path_ours(to)) return renameat(AT_FDCWD, from, AT_FDCWD, to);
    int what = judge(-1, -1);
    return may_step(what) ? stepped(what, renameat(AT_FDCWD, from, AT_FDCWD, to)) : -1;
}

int unlink(const char *path) {
    if (page == NULL || !is_path_ours(path)) return unlinkat(AT_FDCWD, path, 0);
    int what = judge(-1, -1);
    return may_step(what) ? stepped(what, unlinkat(AT_FDCWD, path, 0)) : -1;
}
