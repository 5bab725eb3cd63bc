/* The functions of winspool.drv and gdi32.dll that the program calls, over a folder.
 *
 * SPOOL_FOLDER holds: job-N.txt (its document's name, UTF-16LE), job-N.raw (bytes), job-N-page-M.pgm
 * (drawn pages), job-N.state ("status printed"; missing: the job is gone), printer.state (status),
 * refuse (no printer opens), full (StartDoc fails), cut (WritePrinter and StretchDIBits fail).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint32_t DWORD;
typedef struct { int job; int page; } Handle;
typedef struct { void *name, *output, *datatype; } DocInfo1;
typedef struct { int size; void *name, *output, *datatype; DWORD type; } DocInfo;
typedef struct {
    DWORD id; void *printer, *machine, *user, *document, *datatype, *status_text;
    DWORD status, priority, position, pages, printed; uint16_t submitted[8];
} JobInfo1;
typedef struct { void *name, *server; DWORD attributes; } PrinterInfo4;

static const char *path(const char *format, int a, int b) {
    static char whole[4096], name[128];
    snprintf(name, sizeof name, format, a, b);
    snprintf(whole, sizeof whole, "%s/%s", getenv("SPOOL_FOLDER"), name);
    return whole;
}

static int there(const char *name) { return access(path(name, 0, 0), F_OK) == 0; }

static size_t units(const uint16_t *text) { size_t n = 0; while (text[n]) n++; return n; }

static int begin(const uint16_t *document) {
    int job = 1;
    FILE *file = fopen(path("count", 0, 0), "r");
    if (file) { if (fscanf(file, "%d", &job) == 1) job++; fclose(file); }
    file = fopen(path("count", 0, 0), "w"); fprintf(file, "%d", job); fclose(file);
    file = fopen(path("job-%d.txt", job, 0), "wb");
    fwrite(document, 2, units(document), file); fclose(file);
    file = fopen(path("job-%d.state", job, 0), "w"); fprintf(file, "8 0"); fclose(file); /* SPOOLING */
    return job;
}

int OpenPrinterW(const uint16_t *name, void **handle, void *defaults) {
    (void)defaults;
    if (there("refuse") || !units(name)) return 0;
    *handle = calloc(1, sizeof(Handle));
    return 1;
}

int ClosePrinter(void *handle) { free(handle); return 1; }

DWORD StartDocPrinterW(void *handle, DWORD level, DocInfo1 *told) {
    uint16_t raw[] = {'R', 'A', 'W', 0};
    if (level != 1 || there("full") || memcmp(told->datatype, raw, sizeof raw)) return 0;
    return ((Handle *)handle)->job = begin(told->name);
}

int StartPagePrinter(void *handle) { return ((Handle *)handle)->job > 0; }

int WritePrinter(void *handle, const void *data, DWORD size, DWORD *written) {
    if (there("cut")) return 0;
    FILE *file = fopen(path("job-%d.raw", ((Handle *)handle)->job, 0), "ab");
    *written = size > 100 ? 100 : size; /* a part at a time */
    fwrite(data, 1, *written, file); fclose(file);
    return 1;
}

int EndPagePrinter(void *handle) { (void)handle; return 1; }
int EndDocPrinter(void *handle) { (void)handle; return 1; }

int GetPrinterW(void *handle, DWORD level, DWORD *status, DWORD size, DWORD *needed) {
    (void)handle; *needed = 4;
    if (level != 6 || size < 4) return 0;
    *status = 0;
    FILE *file = fopen(path("printer.state", 0, 0), "r");
    if (file) { if (fscanf(file, "%u", status) != 1) *status = 0; fclose(file); }
    return 1;
}

static int fill(JobInfo1 *job, int number, char *room) {
    FILE *file = fopen(path("job-%d.state", number, 0), "r");
    if (!file) return 0;
    memset(job, 0, sizeof *job);
    if (fscanf(file, "%u %u", &job->status, &job->printed) != 2) { fclose(file); return 0; }
    fclose(file);
    job->id = number;
    file = fopen(path("job-%d.txt", number, 0), "rb");
    size_t got = fread(room, 1, 1022, file); fclose(file);
    room[got] = room[got + 1] = 0;
    job->document = room;
    return 1;
}

int GetJobW(void *handle, DWORD number, DWORD level, char *room, DWORD size, DWORD *needed) {
    (void)handle; *needed = sizeof(JobInfo1) + 1024;
    return level == 1 && size >= *needed && fill((JobInfo1 *)room, number, room + sizeof(JobInfo1));
}

int EnumJobsW(void *handle, DWORD first, DWORD most, DWORD level, char *room, DWORD size,
              DWORD *needed, DWORD *count) {
    (void)handle; (void)first; *needed = 0; *count = 0;
    if (level != 1) return 0;
    JobInfo1 *jobs = (JobInfo1 *)room;
    char *texts = room + most * sizeof(JobInfo1);
    for (int number = 1; number < 60 && *count < most; number++)
        if (texts + 1024 <= room + size && fill(jobs + *count, number, texts)) {
            (*count)++; texts += 1024;
        }
    return 1;
}

int SetJobW(void *handle, DWORD number, DWORD level, void *info, DWORD control) {
    (void)handle; (void)info;
    if (level || control != 5 || there("keeps")) return !there("keeps") ? 0 : 1;
    return unlink(path("job-%d.state", number, 0)) == 0;
}

int EnumPrintersW(DWORD flags, void *name, DWORD level, char *room, DWORD size, DWORD *needed,
                  DWORD *count) {
    (void)flags; (void)name; *needed = 0; *count = 0;
    static const uint16_t first[] = {0x529e, 0x516c, 0x5ba4, 0}, second[] = {'S', 'l', 'i', 'p', 0};
    if (level != 4 || size < 1024) return 0;
    PrinterInfo4 *found = (PrinterInfo4 *)room;
    memset(found, 0, 2 * sizeof *found);
    found[0].name = memcpy(room + 512, first, sizeof first);
    found[1].name = memcpy(room + 600, second, sizeof second);
    *count = 2;
    return 1;
}

void *CreateDCW(const uint16_t *driver, const uint16_t *name, void *output, void *mode) {
    (void)driver; (void)output; (void)mode;
    return there("refuse") || !units(name) ? NULL : calloc(1, sizeof(Handle));
}

int GetDeviceCaps(void *paper, int what) {
    (void)paper;
    switch (what) { case 88: case 90: return 600; case 112: return 100; case 113: return 120; }
    return 0;
}

int StartDocW(void *paper, DocInfo *told) {
    if (there("full") || told->size != (int)sizeof(DocInfo)) return -1;
    return ((Handle *)paper)->job = begin(told->name);
}

int StartPage(void *paper) { ((Handle *)paper)->page++; return 1; }

int StretchDIBits(void *paper, int x, int y, int w, int h, int sx, int sy, int sw, int sh,
                  const void *bits, const unsigned char *head, DWORD usage, DWORD how) {
    Handle *at = paper;
    int32_t width, height; uint16_t depth;
    memcpy(&width, head + 4, 4); memcpy(&height, head + 8, 4); memcpy(&depth, head + 14, 2);
    if (there("cut") && at->page > 1) return 0;
    if (sx || sy || width != sw || height != -sh || depth != 8 || width % 4 || usage ||
        how != 0x00CC0020) return -1;
    if (x != -100 || y != -120 || w != 4961 || h != 7016) return -1; /* A4 at 600 dots an inch */
    FILE *file = fopen(path("job-%d-page-%d.pgm", at->job, at->page), "wb");
    fprintf(file, "P5\n%d %d\n255\n", sw, sh);
    fwrite(bits, 1, (size_t)sw * sh, file); fclose(file);
    return sh;
}

int EndPage(void *paper) { (void)paper; return 1; }
int EndDoc(void *paper) { (void)paper; return 1; }

int AbortDoc(void *paper) {
    unlink(path("job-%d.state", ((Handle *)paper)->job, 0));
    return 1;
}

int DeleteDC(void *paper) { free(paper); return 1; }
