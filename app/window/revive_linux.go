//go:build linux && cgo && !bindings

package window

/*
#cgo pkg-config: gtk+-3.0
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gtk/gtk.h>

// webViewIn finds the web view among a widget and what it contains.
static GtkWidget *webViewIn(GtkWidget *widget) {
	if (g_strcmp0(G_OBJECT_TYPE_NAME(widget), "WebKitWebView") == 0) return widget;
	GtkWidget *found = NULL;
	if (GTK_IS_CONTAINER(widget)) {
		GList *children = gtk_container_get_children(GTK_CONTAINER(widget));
		for (GList *c = children; c != NULL && found == NULL; c = c->next) found = webViewIn(c->data);
		g_list_free(children);
	}
	return found;
}

// Either WebKitGTK, 4.0 or 4.1, is in the process by Wails' doing, so its functions are looked up there.
static gboolean revivePage(gpointer unused) {
	void (*end)(GtkWidget *) = dlsym(RTLD_DEFAULT, "webkit_web_view_terminate_web_process");
	void (*reload)(GtkWidget *) = dlsym(RTLD_DEFAULT, "webkit_web_view_reload");
	GList *windows = gtk_window_list_toplevels();
	for (GList *w = windows; w != NULL; w = w->next) {
		GtkWidget *view = webViewIn(w->data);
		if (view == NULL) continue;
		if (end != NULL) end(view);
		if (reload != NULL) reload(view);
	}
	g_list_free(windows);
	return G_SOURCE_REMOVE;
}

static inline void revivePageSoon(void) { g_idle_add(revivePage, NULL); }
*/
import "C"

// revive gives the window a new page process in place of one that is dead or hangs. Wails reloads by a script in the
// page, which neither of them runs.
func (s *Shell) revive() { C.revivePageSoon() }
