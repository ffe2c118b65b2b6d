// Registries in memory that have the referrers API, for tests: the CNCF Distribution registry has none.
package main

import (
	"flag"
	"log"
	"net/http"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "where to listen")
	kind := flag.String("kind", "ociregistry", "ociregistry (answers OCI-Subject) or go-containerregistry (does not)")
	flag.Parse()
	var handler http.Handler
	switch *kind {
	case "ociregistry":
		handler = ociserver.New(ocimem.New(), nil)
	case "go-containerregistry":
		handler = registry.New(registry.WithReferrersSupport(true))
	default:
		log.Fatalf("unknown kind %q", *kind)
	}
	log.Fatal(http.ListenAndServe(*address, handler))
}
