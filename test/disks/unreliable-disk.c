/*
 * A disk that fails, for tests: preloaded into a process (LD_PRELOAD), it stands between the process and the
 * files under one folder. It counts what is asked of the disk (writes, truncations, syncs, and names that are
 * made, moved and removed) and lets one of these fail, or cuts the power before it.
 *
 * SANAD_DISK_ROOT   the folder, absolute and without symbolic links
 * SANAD_DISK_ASIDE  a folder on the same file system, for what may have to come back
 * SANAD_DISK_COUNT  a file of 16 bytes: how many operations there were, and whether the fault came (64 bits each)
 * SANAD_DISK_FAULT  eio | dead | enospc | short | fsync | power
 * SANAD_DISK_AT     at which operation, from 1; 0 or absent: never
 * SANAD_DISK_SEED   chooses what the power loss leaves of what was not synced
 *
 * At a power loss nothing is kept but what a sync has promised: data by a sync of its file, names by a sync of
 * their folder. What was not promised is, as the seed says, all lost, all there, or there in pieces of 512 bytes;
 * names are lost from some moment on, as in a journal. Then the process ends with code 99.
 * Not covered: mappings (SQLite's -shm, which is made anew) and files opened before the process began.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECTOR 512
#define MAX_FDS 65536

enum fault { NONE, EIO_ONCE, DEAD, NO_SPACE, SHORT_WRITE, NO_SYNC, POWER };
enum kind { DATA, MADE, GONE, MOVED };

/* A change that no sync has promised yet. */
struct change {
  enum kind kind;
  dev_t dev;        /* DATA: of which file; else of which folder */
  ino_t ino;
  off_t at;         /* DATA */
  size_t length;
  off_t size;       /* DATA: of the file before */
  char *before;     /* DATA: its bytes before, up to that size */
  char *path;       /* MADE, GONE, MOVED (where it came from) */
  char *target;     /* MOVED */
  char *aside;      /* GONE, MOVED: what lay there, by another name; empty for a folder */
  int is_void;      /* DATA: the file is gone for good, and its number may be another's */
  struct change *older, *newer;
};

static struct change *newest;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char *root, *aside;
static size_t root_length;
static int64_t *count, own_count[2];
static enum fault fault;
static int64_t fault_at;
static uint64_t seed;
static int over; /* ENOSPC and a dead disk stay */
static unsigned long names;
static char tracked[MAX_FDS];

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) { fprintf(stderr, "no %s\n", name); abort(); }
  return found;
}

static void stop(const char *what) {
  fprintf(stderr, "unreliable-disk: %s: %s\n", what, strerror(errno));
  abort();
}

__attribute__((constructor)) static void begin(void) {
  root = getenv("SANAD_DISK_ROOT");
  aside = getenv("SANAD_DISK_ASIDE");
  count = own_count;
  if (!root || !aside) return;
  root_length = strlen(root);
  const char *at = getenv("SANAD_DISK_AT"), *by = getenv("SANAD_DISK_SEED"), *name = getenv("SANAD_DISK_FAULT");
  fault_at = at ? atoll(at) : 0;
  seed = by ? strtoull(by, 0, 10) : 1;
  const char *faults[] = {"", "eio", "dead", "enospc", "short", "fsync", "power"};
  for (int i = 1; name && i < 7; i++) if (!strcmp(name, faults[i])) fault = i;
  const char *file = getenv("SANAD_DISK_COUNT");
  if (!file) return;
  int fd = REAL(open)(file, O_RDWR | O_CREAT, 0600);
  if (fd < 0 || REAL(ftruncate)(fd, 0) || REAL(ftruncate)(fd, 16)) stop(file);
  count = mmap(0, 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (count == MAP_FAILED) stop("mmap");
  REAL(close)(fd);
}

static uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

/* ---- which paths ---- */

static int ends_in_shm(const char *path) {
  size_t length = strlen(path);
  return length > 4 && !strcmp(path + length - 4, "-shm");
}

/* The path without `.` and doubled slashes, absolute; folders above it are looked up. 1 where it is under the root. */
static int whole(int dirfd, const char *path, char out[PATH_MAX]) {
  if (!root) return 0;
  char joined[PATH_MAX];
  if (path[0] == '/') snprintf(joined, sizeof joined, "%s", path);
  else {
    char base[PATH_MAX];
    if (dirfd == AT_FDCWD) { if (!getcwd(base, sizeof base)) return 0; }
    else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
      ssize_t n = readlink(link, base, sizeof base - 1);
      if (n < 0) return 0;
      base[n] = 0;
    }
    if (snprintf(joined, sizeof joined, "%s/%s", base, path) >= (int)sizeof joined) return 0;
  }
  char *slash = strrchr(joined, '/');
  while (slash > joined && slash[1] == 0) { *slash = 0; slash = strrchr(joined, '/'); }
  char folder[PATH_MAX];
  *slash = 0;
  if (!realpath(*joined ? joined : "/", folder)) return 0;
  if (snprintf(out, PATH_MAX, "%s/%s", strcmp(folder, "/") ? folder : "", slash + 1) >= PATH_MAX) return 0;
  if (strncmp(out, root, root_length) || (out[root_length] && out[root_length] != '/')) return 0;
  return !ends_in_shm(out);
}

static void folder_of(const char *path, struct change *change) {
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s", path);
  char *slash = strrchr(folder, '/');
  *(slash == folder ? slash + 1 : slash) = 0;
  struct stat found;
  if (stat(folder, &found)) stop(folder);
  change->dev = found.st_dev;
  change->ino = found.st_ino;
}

/* ---- what is not promised yet ---- */

static struct change *remember(enum kind kind) {
  struct change *change = calloc(1, sizeof *change);
  if (!change) stop("memory");
  change->kind = kind;
  change->older = newest;
  if (newest) newest->newer = change;
  newest = change;
  return change;
}

/* What has no name any more, for good. */
static void drop(const char *path) {
  struct stat found;
  if (!lstat(path, &found) && found.st_nlink == 1)
    for (struct change *change = newest; change; change = change->older)
      if (change->kind == DATA && change->dev == found.st_dev && change->ino == found.st_ino) change->is_void = 1;
  REAL(unlink)(path);
}

static void forget(struct change *change) {
  if (change->older) change->older->newer = change->newer;
  if (change->newer) change->newer->older = change->older;
  else newest = change->older;
  if (change->aside && *change->aside) drop(change->aside);
  free(change->before); free(change->path); free(change->target); free(change->aside);
  free(change);
}

static void promise(int fd) {
  struct stat found;
  if (fstat(fd, &found)) return;
  for (struct change *change = newest, *older; change; change = older) {
    older = change->older;
    if (change->dev == found.st_dev && change->ino == found.st_ino && (change->kind == DATA) == !S_ISDIR(found.st_mode)) forget(change);
  }
}

static void remember_data(int fd, off_t at, size_t length) {
  struct stat found;
  if (fstat(fd, &found)) stop("fstat");
  struct change *change = remember(DATA);
  change->dev = found.st_dev;
  change->ino = found.st_ino;
  change->at = at;
  change->length = length;
  change->size = found.st_size;
  size_t there = at >= found.st_size ? 0 : (size_t)(found.st_size - at) < length ? (size_t)(found.st_size - at) : length;
  if (!there) return;
  change->before = malloc(there);
  /* The file may be open for writing only. */
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int again = REAL(open)(link, O_RDONLY | O_CLOEXEC);
  if (again < 0 || pread(again, change->before, there, at) != (ssize_t)there) stop("pre-image");
  REAL(close)(again);
}

/* What lies at a path, by a name beside, so that it can come back. */
static char *put_aside(const char *path) {
  struct stat found;
  if (lstat(path, &found)) return 0;
  if (S_ISDIR(found.st_mode)) return strdup("");
  char *name;
  if (asprintf(&name, "%s/%d-%lu", aside, getpid(), ++names) < 0) stop("memory");
  if (REAL(link)(path, name)) stop(name);
  return name;
}

/* ---- the power loss ---- */

static void take_back_name(struct change *change) {
  if (change->kind == MADE) {
    if (REAL(unlink)(change->path) && errno == EISDIR) REAL(rmdir)(change->path);
    return;
  }
  if (change->kind == MOVED) REAL(rename)(change->target, change->path);
  const char *place = change->kind == MOVED ? change->target : change->path;
  if (change->aside && *change->aside) REAL(rename)(change->aside, place);
  else if (change->aside) REAL(mkdir)(place, 0700);
}

/* Its file by number, wherever it is now: under the root or beside. */
struct place { dev_t dev; ino_t ino; char path[PATH_MAX]; int found; };
static void look_in(const char *folder, struct place *place);

#include <dirent.h>
static void look_in(const char *folder, struct place *place) {
  DIR *dir = opendir(folder);
  if (!dir) return;
  struct dirent *entry;
  while (!place->found && (entry = readdir(dir))) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    struct stat found;
    if (lstat(path, &found)) continue;
    if (found.st_dev == place->dev && found.st_ino == place->ino) {
      snprintf(place->path, sizeof place->path, "%s", path);
      place->found = 1;
    } else if (S_ISDIR(found.st_mode)) look_in(path, place);
  }
  closedir(dir);
}

static int is_lost(struct change *change, off_t sector, int in_pieces) {
  return !in_pieces || mixed(seed ^ mixed(change->ino * 1000003ull + (uint64_t)sector)) & 1;
}

static void take_back_data(struct change *change, int in_pieces) {
  struct place place = {change->dev, change->ino, "", 0};
  look_in(root, &place);
  if (!place.found) look_in(aside, &place);
  if (!place.found) return; /* it has no name any more */
  int fd = REAL(open)(place.path, O_RDWR);
  if (fd < 0) stop(place.path);
  off_t end = change->at + (off_t)change->length;
  for (off_t at = change->at; at < end;) {
    off_t next = (at / SECTOR + 1) * SECTOR;
    if (next > end) next = end;
    if (is_lost(change, at / SECTOR, in_pieces)) {
      char zeros[SECTOR] = {0};
      size_t length = (size_t)(next - at), known = 0;
      if (at < change->size) known = (size_t)(change->size - at) < length ? (size_t)(change->size - at) : length;
      if (known && REAL(pwrite)(fd, change->before + (at - change->at), known, at) < 0) stop("undo");
      if (known < length && REAL(pwrite)(fd, zeros, length - known, at + (off_t)known) < 0) stop("undo");
    }
    at = next;
  }
  if (!in_pieces && REAL(ftruncate)(fd, change->size)) stop("undo size");
  REAL(close)(fd);
}

static void lose_power(void) {
  uint64_t how = mixed(seed) % 5; /* 0, 1: all lost; 2, 3: in pieces; 4: the process only */
  long moves = 0;
  for (struct change *change = newest; change; change = change->older) moves += change->kind != DATA;
  long kept = how < 2 ? 0 : how == 4 ? moves : (long)(mixed(seed + 1) % (uint64_t)(moves + 1));
  if (how != 4)
    for (struct change *change = newest; change; change = change->older)
      if (change->kind == DATA && !change->is_void) take_back_data(change, how > 1);
  for (struct change *change = newest; change; change = change->older)
    if (change->kind != DATA && moves-- > kept) take_back_name(change);
  for (struct change *change = newest, *older; change; change = older) {
    older = change->older;
    if (change->aside && *change->aside) REAL(unlink)(change->aside);
  }
  _exit(99);
}

/* ---- the faults ---- */

enum asked { WRITE, GROW, SYNC, NAME, REMOVAL };

/* Counts, and says whether the operation fails: 0, or -1 with errno. *length may become shorter. */
static int fails(enum asked asked, size_t *length) {
  int64_t now = ++count[0];
  if (over) {
    if (fault == DEAD) { errno = EIO; return -1; }
    if (asked == GROW || asked == NAME) { errno = ENOSPC; return -1; }
    return 0;
  }
  if (!fault_at || now < fault_at || count[1]) return 0;
  if (fault == NO_SYNC && asked != SYNC) return 0;
  if (fault == SHORT_WRITE && (!length || *length < 2)) return 0;
  if (fault == NO_SPACE && asked != GROW && asked != NAME) return 0;
  count[1] = now;
  switch (fault) {
    case POWER: lose_power(); return -1;
    case SHORT_WRITE: *length /= 2; return 0;
    case NO_SPACE: over = 1; errno = ENOSPC; return -1;
    case DEAD: over = 1; errno = EIO; return -1;
    default: errno = EIO; return -1;
  }
}

#define LOCK pthread_mutex_lock(&lock)
#define UNLOCK do { int kept_ = errno; pthread_mutex_unlock(&lock); errno = kept_; } while (0)

static int is_tracked(int fd) { return fd >= 0 && fd < MAX_FDS && tracked[fd]; }

static off_t size_of(int fd) { struct stat found; return fstat(fd, &found) ? 0 : found.st_size; }

/* ---- what is put in place of the C library's ---- */

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < MAX_FDS) {
    struct stat found;
    tracked[fd] = path != 0 && !fstat(fd, &found) && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode));
  }
  return fd;
}

static int open_at(int dirfd, const char *name, int flags, mode_t mode) {
  char path[PATH_MAX];
  if (!whole(dirfd, name, path)) return opened(REAL(openat)(dirfd, name, flags, mode), 0);
  LOCK;
  struct stat found;
  int is_there = !lstat(path, &found), fd = -1;
  if (!is_there && flags & O_CREAT) {
    if (!fails(NAME, 0) && (fd = REAL(openat)(dirfd, name, flags, mode)) >= 0) {
      struct change *change = remember(MADE);
      change->path = strdup(path);
      folder_of(path, change);
    }
  } else if (is_there && flags & O_TRUNC && S_ISREG(found.st_mode) && found.st_size > 0) {
    if (!fails(WRITE, 0) && (fd = REAL(openat)(dirfd, name, flags & ~O_TRUNC, mode)) >= 0) {
      remember_data(fd, 0, (size_t)found.st_size);
      if (REAL(ftruncate)(fd, 0)) stop("truncate");
    }
  } else fd = REAL(openat)(dirfd, name, flags, mode);
  opened(fd, path);
  UNLOCK;
  return fd;
}

#define MODE(flags) ({ mode_t m_ = 0; if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list args_; va_start(args_, flags); m_ = va_arg(args_, mode_t); va_end(args_); } m_; })
int open(const char *path, int flags, ...) { mode_t mode = MODE(flags); return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { mode_t mode = MODE(flags); return open_at(AT_FDCWD, path, flags, mode); }
int openat(int dirfd, const char *path, int flags, ...) { mode_t mode = MODE(flags); return open_at(dirfd, path, flags, mode); }
int openat64(int dirfd, const char *path, int flags, ...) { mode_t mode = MODE(flags); return open_at(dirfd, path, flags, mode); }

int close(int fd) {
  if (fd >= 0 && fd < MAX_FDS) tracked[fd] = 0;
  return REAL(close)(fd);
}

static ssize_t put(int fd, const void *bytes, size_t length, off_t at, int appends) {
  LOCK;
  ssize_t done = -1;
  off_t size = size_of(fd);
  if (appends) at = fcntl(fd, F_GETFL) & O_APPEND ? size : lseek(fd, 0, SEEK_CUR);
  if (!fails(at + (off_t)length > size ? GROW : WRITE, &length)) {
    remember_data(fd, at, length);
    done = appends ? REAL(write)(fd, bytes, length) : REAL(pwrite)(fd, bytes, length, at);
  }
  UNLOCK;
  return done;
}
ssize_t write(int fd, const void *bytes, size_t length) { return is_tracked(fd) ? put(fd, bytes, length, 0, 1) : REAL(write)(fd, bytes, length); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return is_tracked(fd) ? put(fd, bytes, length, at, 0) : REAL(pwrite)(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) { return pwrite(fd, bytes, length, at); }

static ssize_t put_parts(int fd, const struct iovec *parts, int number, off_t at, int appends) {
  size_t length = 0, filled = 0;
  for (int i = 0; i < number; i++) length += parts[i].iov_len;
  char *bytes = malloc(length ? length : 1);
  for (int i = 0; i < number; filled += parts[i].iov_len, i++) memcpy(bytes + filled, parts[i].iov_base, parts[i].iov_len);
  ssize_t done = put(fd, bytes, length, at, appends);
  free(bytes);
  return done;
}
ssize_t writev(int fd, const struct iovec *parts, int number) { return is_tracked(fd) ? put_parts(fd, parts, number, 0, 1) : REAL(writev)(fd, parts, number); }
ssize_t pwritev(int fd, const struct iovec *parts, int number, off_t at) { return is_tracked(fd) ? put_parts(fd, parts, number, at, 0) : REAL(pwritev)(fd, parts, number, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int number, off_t at) { return pwritev(fd, parts, number, at); }

int ftruncate(int fd, off_t to) {
  if (!is_tracked(fd)) return REAL(ftruncate)(fd, to);
  LOCK;
  int done = -1;
  off_t size = size_of(fd);
  if (!fails(to > size ? GROW : WRITE, 0)) {
    remember_data(fd, to < size ? to : size, (size_t)(to < size ? size - to : to - size));
    done = REAL(ftruncate)(fd, to);
  }
  UNLOCK;
  return done;
}
int ftruncate64(int fd, off_t to) { return ftruncate(fd, to); }

static int sync_of(int fd, int (*sync)(int)) {
  if (!is_tracked(fd)) return sync(fd);
  LOCK;
  int failed = fails(SYNC, 0);
  /* That the bytes reach a real disk matters to nobody here. */
  if (!failed) promise(fd);
  UNLOCK;
  return failed;
}
int fsync(int fd) { return sync_of(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_of(fd, REAL(fdatasync)); }

static int remove_at(int dirfd, const char *name, int flags) {
  char path[PATH_MAX];
  if (!whole(dirfd, name, path)) return REAL(unlinkat)(dirfd, name, flags);
  LOCK;
  struct stat found;
  int done = -1;
  if (lstat(path, &found)) done = REAL(unlinkat)(dirfd, name, flags);
  else if (!fails(REMOVAL, 0)) {
    char *kept = put_aside(path);
    done = REAL(unlinkat)(dirfd, name, flags);
    if (!done) {
      struct change *change = remember(GONE);
      change->path = strdup(path);
      change->aside = kept;
      folder_of(path, change);
    }
  }
  UNLOCK;
  return done;
}
int unlink(const char *path) { return remove_at(AT_FDCWD, path, 0); }
int unlinkat(int dirfd, const char *path, int flags) { return remove_at(dirfd, path, flags); }
int rmdir(const char *path) { return remove_at(AT_FDCWD, path, AT_REMOVEDIR); }

int rename(const char *from, const char *to) {
  char path[PATH_MAX], target[PATH_MAX];
  if (!whole(AT_FDCWD, from, path) || !whole(AT_FDCWD, to, target)) return REAL(rename)(from, to);
  LOCK;
  int done = -1;
  if (!fails(NAME, 0)) {
    char *kept = put_aside(target);
    done = REAL(rename)(from, to);
    if (!done) {
      struct change *change = remember(MOVED);
      change->path = strdup(path);
      change->target = strdup(target);
      change->aside = kept;
      folder_of(target, change);
    }
  }
  UNLOCK;
  return done;
}

static int make_name(const char *path, int (*make)(void *), void *with) {
  LOCK;
  int done = -1;
  if (!fails(NAME, 0) && !(done = make(with))) {
    struct change *change = remember(MADE);
    change->path = strdup(path);
    folder_of(path, change);
  }
  UNLOCK;
  return done;
}

struct two { const char *from, *to; mode_t mode; };
static int do_link(void *with) { struct two *two = with; return REAL(link)(two->from, two->to); }
static int do_mkdir(void *with) { struct two *two = with; return REAL(mkdir)(two->to, two->mode); }
int link(const char *from, const char *to) {
  char path[PATH_MAX];
  struct two two = {from, to, 0};
  return whole(AT_FDCWD, to, path) ? make_name(path, do_link, &two) : REAL(link)(from, to);
}
int mkdir(const char *name, mode_t mode) {
  char path[PATH_MAX];
  struct stat found;
  struct two two = {0, name, mode};
  if (!whole(AT_FDCWD, name, path) || !lstat(path, &found)) return REAL(mkdir)(name, mode);
  return make_name(path, do_mkdir, &two);
}

int posix_fallocate(int fd, off_t at, off_t length) {
  if (!is_tracked(fd)) return REAL(posix_fallocate)(fd, at, length);
  return ftruncate(fd, at + length > size_of(fd) ? at + length : size_of(fd)) ? errno : 0;
}
int posix_fallocate64(int fd, off_t at, off_t length) { return posix_fallocate(fd, at, length); }
