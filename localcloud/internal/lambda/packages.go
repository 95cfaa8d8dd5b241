package lambda

import (
	"net/http"
	"path/filepath"
	"regexp"
)

// location is where a version's deployment package can be fetched, as from S3 on
// AWS.
func (s *Service) location(v *version) string {
	return s.Options.Packages + s.secret + "/" + filepath.Base(v.folder) + ".zip"
}

var packagePath = regexp.MustCompile(`^([0-9a-f-]{36})/([0-9a-f]{64}\.zip)$`)

// ServePackages answers with the deployment packages that GetFunction tells the
// location of.
func (s *Service) ServePackages() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := packagePath.FindStringSubmatch(r.URL.Path)
		if parts == nil || parts[1] != s.secret || r.Method != http.MethodGet {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/zip")
		http.ServeFile(w, r, filepath.Join(s.Dir, "code", parts[2]))
	})
}
