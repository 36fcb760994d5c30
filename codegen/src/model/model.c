/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/model.h"

void model_open(struct model *model)
{
	*model = (struct model){ 0 };
	model->names.table.arena = &model->arena;
	model->schema_nodes.arena = &model->arena;
	model->last_edge = &model->schema_edges;
}

void model_close(struct model *model)
{
	for (struct input *input = model->inputs; input; input = input->next)
		input_close(input);
	tc__arena_clear(&model->arena);
}
