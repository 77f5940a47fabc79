"use strict";
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  filter: true,
  // Nobody else is asked whether the document is valid.
  validatorUrl: null,
  persistAuthorization: false,
});
