/* A vendor's libraries for the tests: sdtapi and termb over a card that is a file.

   VENDOR_CARD names it: for sdtapi 256 bytes of text, 1024 of photo and any newest addresses; for
   termb nine lines in GBK. No file is no card. VENDOR_FAULT names a file with one word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int opened;
static unsigned char card[8192];
static size_t length;

static int there(void) {
    const char *name = getenv("VENDOR_CARD");
    FILE *file = name ? fopen(name, "rb") : NULL;
    if (!file) return 0;
    length = fread(card, 1, sizeof card - 1, file);
    card[length] = 0;
    fclose(file);
    return 1;
}

static int fault(const char *word) {
    char said[32] = "";
    const char *name = getenv("VENDOR_FAULT");
    FILE *file = name ? fopen(name, "r") : NULL;
    if (!file) return 0;
    if (!fgets(said, sizeof said, file)) said[0] = 0;
    fclose(file);
    return !strcmp(said, word);
}

static void trouble(void) {
    if (fault("hang")) for (;;) pause();
    if (fault("crash")) abort();
    if (fault("talk")) puts("a vendor's own words");
}

int SDT_OpenPort(int port) {
    trouble();
    if (fault("port") || port != 1001 || opened) return 0x01;
    opened = 1;
    return 0x90;
}
int SDT_ClosePort(int port) { opened = 0; return 0x90; }
int SDT_GetSAMStatus(int port, int open) { return opened ? (fault("self") ? 0x60 : 0x90) : 0x01; }
int SDT_GetSAMIDToStr(int port, char *number, int open) {
    strcpy(number, "05.01-20170706-0000123456-0012345678");
    return 0x90;
}
int SDT_StartFindIDCard(int port, unsigned char *iin, int open) {
    return fault("silent") ? 0x02 : there() ? 0x9F : 0x80;
}
int SDT_SelectIDCard(int port, unsigned char *sn, int open) { return fault("select") ? 0x81 : 0x90; }
int SDT_ReadBaseMsg(int port, unsigned char *text, unsigned *texts, unsigned char *photo,
                    unsigned *photos, int open) {
    if (fault("pulled") || !there()) return 0x41;
    memcpy(text, card, 256);
    memcpy(photo, card + 256, 1024);
    *texts = fault("length") ? 4000000000u : 256;
    *photos = 1024;
    return 0x90;
}
int SDT_ReadNewAppMsg(int port, unsigned char *data, unsigned *size, int open) {
    if (!there() || length <= 1280) return 0x91;
    *size = length - 1280;
    memcpy(data, card + 1280, *size);
    return 0x90;
}

int CVR_InitComm(int port) { trouble(); return fault("port") ? 2 : 1; }
int CVR_CloseComm(void) { return 1; }
int CVR_Authenticate(void) { return fault("select") ? 3 : there() ? 1 : 2; }
int CVR_Read_Content(int how) {
    FILE *leaf = fopen("wz.txt", "w");
    if (leaf) { fputs("in the open", leaf); fclose(leaf); }
    return fault("pulled") || !there() ? 0 : 1;
}
static int line(int wanted, char *out, int *size) {
    char *start = (char *)card, *end;
    while (wanted-- && start) start = (end = strchr(start, '\n')) ? end + 1 : NULL;
    *size = 0;
    if (!start) return 0;
    end = strchr(start, '\n');
    *size = end ? (int)(end - start) : (int)strlen(start);
    memcpy(out, start, *size);
    out[*size] = 0;
    return 1;
}
int GetPeopleName(char *out, int *size) { return line(0, out, size); }
int GetPeopleSex(char *out, int *size) { return line(1, out, size); }
int GetPeopleNation(char *out, int *size) { return line(2, out, size); }
int GetPeopleBirthday(char *out, int *size) { return line(3, out, size); }
int GetPeopleAddress(char *out, int *size) { return line(4, out, size); }
int GetPeopleIDCode(char *out, int *size) { return line(5, out, size); }
int GetDepartment(char *out, int *size) { return line(6, out, size); }
int GetStartDate(char *out, int *size) { return line(7, out, size); }
int GetEndDate(char *out, int *size) { return line(8, out, size); }
